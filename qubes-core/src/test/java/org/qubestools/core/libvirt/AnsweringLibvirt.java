package org.qubestools.core.libvirt;

import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The real library, but for some functions that answer as a test wants it; the calls come from several threads. */
final class AnsweringLibvirt extends NativeLibvirt {
    /** What a function answers: a number, a text, a pointer, or a failure that it throws. */
    interface Answer {
        Object to(@Nullable Object... arguments);
    }

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new ArrayList<>();

    AnsweringLibvirt(NativeLibvirt real) {
        super(real);
    }

    void answer(String function, Answer answer) {
        answers.put(function, answer);
    }

    /** Has the function fail with this number. */
    void fail(String function, int code) {
        answer(function, arguments -> {
            throw new LibvirtFailure(code, "as recorded", "hvm");
        });
    }

    /** All functions are real again. */
    void forget() {
        answers.clear();
    }

    /** Whether anybody has called the function. */
    boolean wasAsked(String function) {
        synchronized (asked) {
            return asked.contains(function);
        }
    }

    private @Nullable Object answered(String function, @Nullable Object... arguments) {
        synchronized (asked) {
            asked.add(function);
        }
        Answer answer = answers.get(function);
        return answer == null ? null : answer.to(arguments);
    }

    @Override
    Pointer pointer(String name, @Nullable Object... arguments) {
        Object answer = answered(name, arguments);
        return answer == null ? super.pointer(name, arguments) : (Pointer) answer;
    }

    @Override
    int number(String name, @Nullable Object... arguments) {
        Object answer = answered(name, arguments);
        return answer == null ? super.number(name, arguments) : (Integer) answer;
    }

    @Override
    int plain(String name, @Nullable Object... arguments) {
        Object answer = answered(name, arguments);
        return answer == null ? super.plain(name, arguments) : (Integer) answer;
    }

    @Override
    String keptText(String name, @Nullable Object... arguments) {
        Object answer = answered(name, arguments);
        return answer == null ? super.keptText(name, arguments) : (String) answer;
    }

    @Override
    String ownedText(String name, @Nullable Object... arguments) {
        Object answer = answered(name, arguments);
        return answer == null ? super.ownedText(name, arguments) : (String) answer;
    }
}
