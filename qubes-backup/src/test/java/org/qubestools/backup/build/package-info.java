/** Backups made for tests, member by member, so that anything can be wrong with them. */
package org.qubestools.backup.build;
