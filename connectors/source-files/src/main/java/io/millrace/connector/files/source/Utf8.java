package io.millrace.connector.files.source;

/** Whether bytes are UTF-8 (RFC 3629): no overlong form, no surrogate, nothing beyond U+10FFFF. */
final class Utf8 {
    private Utf8() {}

    /** How many bytes at the end begin a character that isn't there whole; 0 where none do. */
    static int cutOff(byte[] in, int from, int to) {
        for (int count = 1; count <= 3 && to - count >= from; count++) {
            int octet = in[to - count] & 0xFF;
            if (octet >= 0xC0) {
                int length = octet >= 0xF0 ? 4 : octet >= 0xE0 ? 3 : 2;
                return length > count ? count : 0;
            }
            if (octet < 0x80) {
                return 0;
            }
        }
        return 0;
    }

    static boolean isValid(byte[] in, int from, int to) {
        int at = from;
        while (at < to) {
            int first = in[at++];
            if (first >= 0) {
                continue;
            }
            first &= 0xFF;
            int more;
            int least = 0x80;
            int most = 0xBF;
            if (first >= 0xC2 && first <= 0xDF) {
                more = 1;
            } else if (first >= 0xE0 && first <= 0xEF) {
                more = 2;
                least = first == 0xE0 ? 0xA0 : 0x80;
                most = first == 0xED ? 0x9F : 0xBF;
            } else if (first >= 0xF0 && first <= 0xF4) {
                more = 3;
                least = first == 0xF0 ? 0x90 : 0x80;
                most = first == 0xF4 ? 0x8F : 0xBF;
            } else {
                return false;
            }
            if (at + more > to) {
                return false;
            }
            int second = in[at] & 0xFF;
            if (second < least || second > most) {
                return false;
            }
            for (int i = 1; i < more; i++) {
                if ((in[at + i] & 0xC0) != 0x80) {
                    return false;
                }
            }
            at += more;
        }
        return true;
    }
}
