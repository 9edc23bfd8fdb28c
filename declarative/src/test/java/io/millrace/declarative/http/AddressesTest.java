package io.millrace.declarative.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.failure.SystemFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {

    /** Expected values are those of Python 3.11's urljoin. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "http://h/api, v1, http://h/api/v1",
                "http://h/api/, v1/, http://h/api/v1/",
                "http://h/api/, \"\", http://h/api/",
                "http://h/api, v1//a/, http://h/api/v1/a/",
                "http://h/api/, b?x=1, http://h/api/b?x=1",
                "http://h/api, ?x=1, http://h/api/?x=1",
                "http://h/api, /pg?page=2, http://h/pg?page=2",
                "http://h/api, https://other/x, https://other/x",
                "http://h/api, //other/x, http://other/x",
                "http://h/a/b, ../c, http://h/a/c",
                "http://h/a/b, ../../../c, http://h/c",
                "http://h/a, ./c/., http://h/a/c/",
                "http://h/a, reports:run, reports:run",
                "http://h/a, v1/reports:run, http://h/a/v1/reports:run",
                "http://h/a?k=1, b, http://h/b",
                "http://h, b c, http://h/b c",
                "api.h, b, api.h/b",
                "http://h/a, b#c, http://h/a/b#c",
            })
    void pathsAreJoinedAsPythonJoinsThem(String base, String path, String expected) {
        assertThat(Addresses.below(base, path)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "HTTP://HoSt/A b, \"\", http://host/A%20b",
                "http://h, a=1, http://h/?a=1",
                "http://h/a?x=y, a=1, http://h/a?x=y&a=1",
                "http://h/%7euser/%2f%c3%a9, \"\", http://h/~user/%2F%C3%A9",
                "http://h/100%, \"\", http://h/100%25",
                "http://h/100%/%41, \"\", http://h/100%25/%2541",
                "http://h/a?filter[x]=1|2, \"\", http://h/a?filter%5Bx%5D=1%7C2",
                "http://h/é, \"\", http://h/%C3%A9",
                "http://h/a/../b/./c, \"\", http://h/b/c",
                "http://h:8080/a#f, x=1, http://h:8080/a?x=1#f",
                "http://bücher.example/a, \"\", http://xn--bcher-kva.example/a",
            })
    void addressesAreCleanedAsTheReferenceCleansThem(
            String address, String parameters, String expected) {
        assertThat(Addresses.prepared(address, parameters)).isEqualTo(expected);
    }

    @Test
    void anAddressWithoutSchemeOrHostIsRefusedWithoutItsQuery() {
        assertThatThrownBy(() -> Addresses.prepared("api.example.com/a?key=hush", ""))
                .isInstanceOf(SystemFailure.class)
                .hasMessageContaining("api.example.com/a")
                .hasMessageContaining("no scheme")
                .hasMessageNotContaining("hush");
        assertThatThrownBy(() -> Addresses.prepared("https:///a", ""))
                .hasMessageContaining("names no host");
    }

    @Test
    void whatIsPrintedHasNoQueryAndNoUser() {
        assertThat(Addresses.printable("https://u:p@h:1/a/b?token=t#f"))
                .isEqualTo("https://h:1/a/b");
    }
}
