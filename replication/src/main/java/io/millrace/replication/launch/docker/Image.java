package io.millrace.replication.launch.docker;

import io.millrace.protocol.json.Json;
import io.millrace.replication.launch.environment.EnvironmentCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An image that the engine has.
 *
 * @param id its digest
 * @param entrypoint the program and its first words; empty where the image names none
 * @param shell whether its containers can be told to use named pipes: there is a {@link #SHELL} in
 *     it, and the engine is on this machine's own kernel
 */
record Image(String id, List<String> entrypoint, boolean shell) {
    static final String SHELL = "/bin/sh";

    private static final Path KERNEL = Path.of("/proc/sys/kernel/osrelease");

    Image {
        entrypoint = List.copyOf(entrypoint);
    }

    /**
     * The image called {@code name}; empty where it has to be pulled.
     *
     * @param cache keeps what is found out about an image by its digest
     * @throws Engine.Unreachable where no engine answers
     */
    static Optional<Image> find(Engine engine, String name, Path cache)
            throws IOException, InterruptedException {
        Engine.Answer answer = engine.get("/images/" + Engine.encoded(name) + "/json");
        if (answer.status() == 404) {
            return Optional.empty();
        }
        if (!answer.succeeded()) {
            throw new IOException(answer.message());
        }
        JsonNode described = answer.json();
        String id = described.path("Id").asString("");
        List<String> entrypoint =
                described
                        .path("Config")
                        .path("Entrypoint")
                        .valueStream()
                        .map(word -> word.asString(""))
                        .toList();
        boolean pipes = NamedPipes.available() && sameKernel(engine);
        return Optional.of(new Image(id, entrypoint, pipes && shell(engine, id, cache)));
    }

    /** Pipes lead nowhere where containers run in a virtual machine, such as on a desktop. */
    private static boolean sameKernel(Engine engine) throws IOException {
        return Files.isReadable(KERNEL)
                && engine.get("/version")
                        .json()
                        .path("KernelVersion")
                        .asString("")
                        .equals(Files.readString(KERNEL).strip());
    }

    /** Looks into a container that is never started; once for each image. */
    private static boolean shell(Engine engine, String id, Path cache) throws InterruptedException {
        return new EnvironmentCache(cache.resolve("images"))
                .get(
                        id.replace(':', '-'),
                        _ -> {
                            ObjectNode body = Json.object();
                            body.put("Image", id);
                            body.putArray("Entrypoint").add(SHELL);
                            Engine.Answer made =
                                    engine.post("/containers/create", Optional.of(body));
                            if (!made.succeeded()) {
                                throw new IOException(made.message());
                            }
                            String path =
                                    "/containers/"
                                            + Engine.encoded(made.json().path("Id").asString(""));
                            try {
                                Engine.Answer looked =
                                        engine.call(
                                                "HEAD",
                                                path + "/archive?path=" + Engine.encoded(SHELL),
                                                Optional.empty());
                                return Json.object().put("shell", looked.succeeded());
                            } finally {
                                engine.call("DELETE", path + "?force=1&v=1", Optional.empty());
                            }
                        })
                .facts()
                .path("shell")
                .asBoolean(false);
    }
}
