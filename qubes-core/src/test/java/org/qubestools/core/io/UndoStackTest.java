package org.qubestools.core.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.qubestools.core.error.ErrorKind;
import org.qubestools.core.error.QubesException;

class UndoStackTest {
    private final List<String> undone = new ArrayList<>();

    @Test
    void stepsAreUndoneInReverseAndOnce() {
        UndoStack stack = new UndoStack();
        stack.push("a", () -> undone.add("a"));
        stack.push("b", () -> undone.add("b"));

        stack.close();
        stack.close();

        assertThat(undone).containsExactly("b", "a");
    }

    @Test
    void nothingIsUndoneAfterCommit() {
        try (UndoStack stack = new UndoStack()) {
            stack.push("a", () -> undone.add("a"));
            stack.commit();
        }

        assertThat(undone).isEmpty();
    }

    @Test
    void failuresAreCollectedAndNameWhatIsLeft() {
        UndoStack stack = new UndoStack();
        stack.push("directory /a", () -> {
            throw new IOException("busy");
        });
        stack.push("b", () -> undone.add("b"));
        stack.push("link /c", () -> {
            throw new IllegalStateException("odd");
        });

        assertThatThrownBy(stack::close)
                .isInstanceOfSatisfying(QubesException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ErrorKind.FAILED);
                    assertThat(e.getSuppressed()).hasSize(2);
                })
                .hasMessageEndingWith("left over: link /c (odd), directory /a (busy)");
        assertThat(undone).containsExactly("b");
    }

    @Test
    void failureOfTheWorkComesFirst() {
        assertThatThrownBy(() -> {
                    try (UndoStack stack = new UndoStack()) {
                        stack.push("a", () -> {
                            throw new IOException("busy");
                        });
                        throw new IllegalArgumentException("the work");
                    }
                })
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }
}
