package io.millrace.sdk.http;

import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.failure.SystemFailure;

/** Says what an answer means. One of an API's own asks {@link #STANDARD} for the rest. */
@FunctionalInterface
public interface AnswerPolicy {

    /** What follows from an answer. */
    enum Verdict {
        /** It is what was asked for, or something that the caller looks at itself. */
        ACCEPT,

        /** It may be another one in a while: asked again, after longer and longer waits. */
        RETRY,

        /** There were too many requests: asked again when the API says, or else as a retry. */
        WAIT,

        /**
         * The token has expired, perhaps: asked again with a new one, once; without one, as {@link
         * #REFUSE}.
         */
        RENEW,

        /** The user's account may not do this: a {@link ConfigurationFailure}. */
        REFUSE,

        /** The request is wrong: a {@link SystemFailure}. */
        FAIL
    }

    /** What statuses mean by RFC 9110 and RFC 6585. */
    AnswerPolicy STANDARD =
            answer ->
                    switch (answer.status()) {
                        case 401 -> Verdict.RENEW;
                        case 403, 407 -> Verdict.REFUSE;
                        case 429 -> Verdict.WAIT;
                        case 408, 423, 425, 500, 502, 503, 504 -> Verdict.RETRY;
                        default -> answer.status() < 400 ? Verdict.ACCEPT : Verdict.FAIL;
                    };

    /** Looks at a status, and at headers and body where they tell more. */
    Verdict judge(ApiAnswer answer);
}
