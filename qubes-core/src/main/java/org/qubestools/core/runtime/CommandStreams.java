package org.qubestools.core.runtime;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * The standard streams of this process, for a command that takes their place; a client that is a program hands it the
 * real ones.
 */
public record CommandStreams(InputStream input, OutputStream output, OutputStream errors) {}
