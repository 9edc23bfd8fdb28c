package io.millrace.cli.command;

import io.millrace.cli.registry.DirectoryRegistry;
import io.millrace.cli.registry.DirectoryRegistry.Published;
import io.millrace.cli.registry.InstalledConnectors;
import io.millrace.cli.registry.InstalledConnectors.Installed;
import io.millrace.cli.registry.Version;
import io.millrace.protocol.text.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code millrace connectors search|install|pin|upgrade}: the users' side of a registry. */
final class ConnectorsInstallCommand {
    private ConnectorsInstallCommand() {}

    /** What they share. */
    abstract static class Base implements Callable<Integer> {
        final Terminal terminal;

        @Option(
                names = "--registry",
                paramLabel = "R",
                description = "The registry: a directory; by default MILLRACE_REGISTRY.")
        @Nullable String registry;

        @Option(names = "--json", description = "Prints one JSON document.")
        boolean json;

        Base(Terminal terminal) {
            this.terminal = terminal;
        }

        DirectoryRegistry registry() {
            String named =
                    registry != null ? registry : terminal.environment().apply("MILLRACE_REGISTRY");
            if (named == null || named.isBlank()) {
                throw new UsageException("Name the registry: --registry R, or MILLRACE_REGISTRY.");
            }
            return Registries.open(named, false);
        }

        InstalledConnectors installed() {
            return new InstalledConnectors(terminal.home());
        }

        /** By its name, or by the part behind the last slash where that is unique. */
        List<Published> versions(String name) {
            Map<String, List<Published>> all = registry().list();
            if (all.containsKey(name)) {
                return all.get(name);
            }
            List<String> matching =
                    all.keySet().stream().filter(each -> each.endsWith("/" + name)).toList();
            if (matching.size() != 1) {
                throw new UsageException(
                        matching.isEmpty()
                                ? "There is no connector \"%s\" in the registry%s"
                                        .formatted(
                                                name,
                                                NearestName.hint(name, List.copyOf(all.keySet())))
                                : "\"%s\" may be %s."
                                        .formatted(name, String.join(" or ", matching)));
            }
            return all.getOrDefault(matching.getFirst(), List.of());
        }

        Published version(String name, String version) {
            return versions(name).stream()
                    .filter(each -> each.version().toString().equals(version))
                    .findFirst()
                    .orElseThrow(() ->
                            new UsageException(
                                    "There is no version %s of %s in the registry."
                                            .formatted(version, name)));
        }

        /** The newest that is no candidate, else the newest. */
        static Published newest(List<Published> versions) {
            return versions.stream()
                    .filter(each -> each.version().candidate().isEmpty())
                    .reduce((_, last) -> last)
                    .orElseGet(versions::getLast);
        }

        void tell(List<Published> connectors, String word) {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            ArrayNode listed = document.putArray("connectors");
            for (Published each : connectors) {
                if (json) {
                    listed.addObject()
                            .put("name", each.name())
                            .put("version", each.version().toString())
                            .put("title", each.entry().path("name").asString(""));
                } else {
                    terminal.output()
                            .printf(
                                    "%-40s %-10s %s%n",
                                    each.name(),
                                    each.version(),
                                    word.isEmpty() ? each.entry().path("name").asString("") : word);
                }
            }
            if (json) {
                terminal.output().println(document.toPrettyString());
            }
        }
    }

    /** {@code search}. */
    @Command(description = "The connectors of a registry whose name or title has a word.")
    static final class Search extends Base {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "W",
                description = "The word; without it all are listed.")
        private String word = "";

        Search(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() {
            String wanted = word.toLowerCase(Locale.ROOT);
            var found = new ArrayList<Published>();
            for (List<Published> versions : registry().list().values()) {
                Published newest = newest(versions);
                String text = newest.name() + " " + newest.entry().path("name").asString("");
                if (text.toLowerCase(Locale.ROOT).contains(wanted)) {
                    found.add(newest);
                }
            }
            tell(found, "");
            return ExitStatus.DONE;
        }
    }

    /** {@code install}. */
    @Command(
            description =
                    "Installs a connector of a registry, so that pipelines can name it; needs no"
                            + " registry from then on.")
    static final class Install extends Base {
        @Parameters(index = "0", paramLabel = "NAME[@V]", description = "The connector.")
        private String name = "";

        Install(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() {
            int at = name.lastIndexOf('@');
            Published chosen =
                    at > 0
                            ? version(name.substring(0, at), name.substring(at + 1))
                            : newest(versions(name));
            installed().install(chosen, false);
            tell(List.of(chosen), "installed");
            return ExitStatus.DONE;
        }
    }

    /** {@code pin}. */
    @Command(description = "Installs a version of a connector, and keeps it over upgrades.")
    static final class Pin extends Base {
        @Parameters(index = "0", paramLabel = "NAME@V", description = "The connector.")
        private String name = "";

        Pin(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() {
            int at = name.lastIndexOf('@');
            if (at <= 0) {
                throw new UsageException("Name the version to keep: %s@VERSION.".formatted(name));
            }
            Published chosen = version(name.substring(0, at), name.substring(at + 1));
            installed().install(chosen, true);
            tell(List.of(chosen), "pinned");
            return ExitStatus.DONE;
        }
    }

    /** {@code upgrade}. */
    @Command(
            description = {
                "Installs the newest versions of connectors that are installed.",
                "What is pinned stays, and what would break waits, unless it is named."
            })
    static final class Upgrade extends Base {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "NAME",
                description = "The connector.")
        private String name = "";

        @Option(names = "--all", description = "All that are installed.")
        private boolean all;

        @Option(names = "--unpin", description = "Also what is pinned, which is so no longer.")
        private boolean unpin;

        Upgrade(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() {
            if (all == !name.isEmpty()) {
                throw new UsageException("Name a connector, or say --all.");
            }
            InstalledConnectors here = installed();
            List<Installed> chosen =
                    all
                            ? List.copyOf(here.list().values())
                            : List.of(
                                    here.find(name)
                                            .orElseThrow(() ->
                                                    new UsageException(
                                                            "%s is not installed."
                                                                    .formatted(name))));
            var upgraded = new ArrayList<Published>();
            for (Installed each : chosen) {
                if (each.pinned() && !unpin) {
                    terminal.errors()
                            .printf("%s stays at %s: it is pinned.%n", each.name(), each.version());
                    continue;
                }
                Published newest = newest(versions(each.name()));
                Version version = newest.version();
                if (all && version.mayBreak(each.version())) {
                    terminal.errors()
                            .printf(
                                    "%s stays at %s: %s breaks what is set up. Upgrade it by its"
                                            + " name.%n",
                                    each.name(), each.version(), version);
                    continue;
                }
                if (version.compareTo(each.version()) > 0 || unpin) {
                    here.install(newest, false);
                    upgraded.add(newest);
                }
            }
            tell(upgraded, "upgraded");
            return ExitStatus.DONE;
        }
    }
}
