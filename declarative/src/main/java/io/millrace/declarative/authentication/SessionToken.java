package io.millrace.declarative.authentication;

import io.millrace.declarative.decoder.Decoder;
import io.millrace.declarative.http.Answer;
import io.millrace.declarative.http.Authenticator;
import io.millrace.declarative.http.Call;
import io.millrace.declarative.http.HttpEngine;
import io.millrace.declarative.http.RequestOption;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.http.Requester;
import io.millrace.declarative.http.TooMuchRequested;
import io.millrace.declarative.interpolation.Context;
import io.millrace.declarative.interpolation.InterpolatedString;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import io.millrace.declarative.record.Paths;
import io.millrace.protocol.failure.SystemFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A token that a login gives (reference 4.3). Requesters with the same login share the token for as
 * long as it is valid; where the manifest doesn't say how long that is, each sending of a request
 * logs in.
 */
final class SessionToken {
    private SessionToken() {}

    static Authenticator compile(Definition definition, String name, HttpEngine engine) {
        Compilation compilation = engine.compilation();
        Definition login = definition.child("login_requester");
        TooMuchRequested.refuse(login);
        List<String> path = definition.texts("session_token_path");
        Optional<Duration> duration =
                definition
                        .findText("expiration_duration")
                        .filter(text -> !text.isEmpty())
                        .map(text -> Durations.fixed(definition, "expiration_duration", text));
        Decoder decoder = Decoder.compile(definition, "decoder", compilation);
        Login session =
                engine.shared(
                        new Key(
                                significant(login),
                                path,
                                duration,
                                Python.str(definition.value("decoder"))),
                        () ->
                                new Login(
                                        engine.requester(login, name + "_login_requester", false),
                                        path,
                                        duration,
                                        decoder,
                                        compilation));
        Definition use = definition.child("request_authentication");
        return switch (use.type()) {
            case "Bearer" -> () -> FixedCredentials.authorization("Bearer " + session.token());
            case "ApiKey" -> apiKey(use, session, compilation);
            default -> throw use.unknownType("ApiKey or Bearer");
        };
    }

    private static Authenticator apiKey(Definition use, Login session, Compilation compilation) {
        RequestOption option = RequestOption.compile(use.child("inject_into"), compilation);
        InterpolatedString template =
                compilation.string(
                        use.findText("api_token")
                                .filter(text -> !text.isEmpty())
                                .orElse("{{ session_token }}"),
                        use);
        Context context = compilation.context();
        return () -> injected(option, template, context.with("session_token", session.token()));
    }

    private static RequestOptions injected(
            RequestOption option, InterpolatedString template, Context context) {
        return option.inject(Secrets.text(template, context));
    }

    /**
     * What makes logins the same. Parameters differ from stream to stream, so that they count only
     * where templates look at them.
     */
    private record Key(
            String login, List<String> path, Optional<Duration> duration, String decoder) {}

    private static String significant(Definition login) {
        String bare = Templates.withoutParameters(login);
        return bare.contains("parameters") ? Python.str(login.fields()) : bare;
    }

    /** Logs in when it has to, one thread at a time. */
    private static final class Login {
        private final Requester requester;
        private final List<String> path;
        private final Optional<Duration> duration;
        private final Decoder decoder;
        private final Compilation compilation;
        private final ReentrantLock lock = new ReentrantLock();
        private volatile @Nullable Session session;

        private record Session(String token, Instant expiry) {
            @Override
            public String toString() {
                return "Session until " + expiry;
            }
        }

        Login(
                Requester requester,
                List<String> path,
                Optional<Duration> duration,
                Decoder decoder,
                Compilation compilation) {
            this.requester = requester;
            this.path = path;
            this.duration = duration;
            this.decoder = decoder;
            this.compilation = compilation;
        }

        String token() throws InterruptedException {
            if (duration.isEmpty()) {
                return login();
            }
            Optional<String> valid = find();
            if (valid.isPresent()) {
                return valid.get();
            }
            lock.lockInterruptibly();
            try {
                valid = find();
                if (valid.isPresent()) {
                    return valid.get();
                }
                String token = login();
                session = new Session(token, compilation.clock().instant().plus(duration.get()));
                return token;
            } finally {
                lock.unlock();
            }
        }

        private Optional<String> find() {
            return Optional.ofNullable(session)
                    .filter(found -> !found.expiry().isBefore(compilation.clock().instant()))
                    .map(Session::token);
        }

        private String login() throws InterruptedException {
            Context context =
                    compilation.context().with("stream_slice", null).with("next_page_token", null);
            try (Answer answer =
                    requester
                            .send(Call.of(context))
                            .orElseThrow(() ->
                                    new SystemFailure(
                                            "There is no session to authenticate with: the"
                                                    + " manifest's error handler ignored that the"
                                                    + " login got no answer."))) {
                Object token = Paths.get(decoder.first(answer), path);
                if (Python.isMissing(token) || token == null) {
                    throw new SystemFailure(
                            ("The login's answer has no session token at '%s'. Look at"
                                            + " session_token_path in the manifest.")
                                    .formatted(String.join(".", path)),
                            answer.toString());
                }
                String text = Python.str(token);
                compilation.log().secret(text);
                return text;
            }
        }
    }
}
