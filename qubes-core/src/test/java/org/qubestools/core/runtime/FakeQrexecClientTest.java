package org.qubestools.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.qubestools.core.model.VmName;

final class FakeQrexecClientTest extends QrexecClientContract {
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    FakeQrexecClient client() {
        return new FakeQrexecClient()
                .with("work", "test.Echo", (input, output, errors) -> {
                    input.transferTo(output);
                    return 0;
                })
                .with("work", "test.Fail", (input, output, errors) -> {
                    errors.write(ascii("bad\u001b!\n"));
                    return 3;
                })
                .with("work", "test.Chatty", (input, output, errors) -> {
                    errors.write(new byte[300_000]);
                    errors.write(ascii("end"));
                    output.write(ascii("done"));
                    return 0;
                })
                .with("work", "test.Printer", (input, output, errors) -> {
                    output.write(new byte[300_000]);
                    input.readAllBytes();
                    return 0;
                })
                .with("work", "test.Stall", (input, output, errors) -> {
                    new CountDownLatch(1).await();
                    return 0;
                })
                .with("work", "test.Deaf", (input, output, errors) -> {
                    input.close();
                    errors.write(ascii("deaf"));
                    return 5;
                });
    }

    @Test
    void callsAreListedAndOpenOnesCounted() {
        FakeQrexecClient client = client();
        QrexecCall call = client.service(new VmName("work"), "test.Fail");

        assertThat(client.open()).isEqualTo(1);
        call.close();

        assertThat(client.open()).isZero();
        assertThat(client.calls()).containsExactly("work test.Fail");
    }
}
