package io.millrace.cli.command;

import io.millrace.cli.registry.InstalledConnectors;
import io.millrace.cli.registry.InstalledConnectors.Installed;
import io.millrace.cli.registry.Listing;
import io.millrace.cli.registry.Registry;
import io.millrace.cli.registry.Registry.Published;
import io.millrace.cli.registry.Version;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.protocol.text.NearestName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
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
                description = Registries.FORMS + " By default MILLRACE_REGISTRY.")
        @Nullable String registry;

        @Option(
                names = "--offline",
                description = "Doesn't ask the registry: what was seen of it last has to do.")
        boolean offline;

        @Option(names = "--json", description = "Prints one JSON document.")
        boolean json;

        private @Nullable Registry opened;

        Base(Terminal terminal) {
            this.terminal = terminal;
        }

        Registry registry() {
            if (opened == null) {
                opened =
                        Registries.forReading(
                                Registries.named(registry, terminal), terminal, offline);
            }
            return opened;
        }

        InstalledConnectors installed() {
            return new InstalledConnectors(terminal.home());
        }

        /** The whole name of a connector of which the part behind the last slash may do. */
        static String name(Listing listing, String given) {
            List<String> matching = listing.matching(given);
            if (matching.size() != 1) {
                throw new UsageException(
                        matching.isEmpty()
                                ? "There is no connector \"%s\" in the registry%s"
                                        .formatted(
                                                given,
                                                NearestName.hint(
                                                        given,
                                                        List.copyOf(listing.byName().keySet())))
                                : "\"%s\" may be %s."
                                        .formatted(given, String.join(" or ", matching)));
            }
            return matching.getFirst();
        }

        static Published version(Listing listing, String given, String version) {
            String name = name(listing, given);
            return Version.parse(version)
                    .flatMap(parsed -> listing.find(name, parsed))
                    .orElseThrow(() ->
                            new UsageException(
                                    "There is no version %s of %s in the registry%s"
                                            .formatted(
                                                    version,
                                                    name,
                                                    NearestName.hint(
                                                            version,
                                                            listing.versions(name).stream()
                                                                    .map(each ->
                                                                            each.version()
                                                                                    .toString())
                                                                    .toList()))));
        }

        /** The newest that is no candidate, else the newest. */
        static Published newest(Listing listing, String name) {
            return listing.newestRelease(name)
                    .or(() -> listing.newest(name))
                    .orElseThrow(() ->
                            new ConfigurationFailure(
                                    "There is no version of %s in the registry.".formatted(name)));
        }

        void install(Published chosen, boolean pinned) throws InterruptedException {
            Path archive =
                    registry()
                            .file(chosen, Registry.ARCHIVE)
                            .orElseThrow(() ->
                                    new ConfigurationFailure(
                                            "The archive of %s can't be had without the registry; nothing was installed."
                                                    .formatted(chosen)));
            String digest =
                    registry().entry(chosen).path("generated").path("archiveDigest").asString("");
            installed().install(chosen, archive, digest, pinned);
        }

        void tell(List<Published> connectors, String word) throws InterruptedException {
            ObjectNode document = JsonMapper.shared().createObjectNode();
            ArrayNode listed = document.putArray("connectors");
            for (Published each : connectors) {
                String title = registry().entry(each).path("name").asString("");
                if (json) {
                    listed.addObject()
                            .put("name", each.name())
                            .put("version", each.version().toString())
                            .put("title", title);
                } else {
                    terminal.output()
                            .printf(
                                    "%-40s %-10s %s%n",
                                    each.name(), each.version(), word.isEmpty() ? title : word);
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
        public Integer call() throws InterruptedException {
            String wanted = word.toLowerCase(Locale.ROOT);
            Listing listing = registry().list();
            var found = new ArrayList<Published>();
            for (String name : listing.byName().keySet()) {
                Published newest = newest(listing, name);
                String text = name + " " + registry().entry(newest).path("name").asString("");
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
        public Integer call() throws InterruptedException {
            Listing listing = registry().list();
            int at = name.lastIndexOf('@');
            Published chosen =
                    at > 0
                            ? version(listing, name.substring(0, at), name.substring(at + 1))
                            : newest(listing, name(listing, name));
            Optional<Installed> here = Optional.ofNullable(installed().list().get(chosen.name()));
            if (at <= 0 && here.isPresent() && here.get().pinned()) {
                throw new ConfigurationFailure(
                        "%s is pinned at %s. Name a version, or use 'millrace connectors upgrade %s --unpin'."
                                .formatted(chosen.name(), here.get().version(), chosen.name()));
            }
            install(chosen, false);
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
        public Integer call() throws InterruptedException {
            int at = name.lastIndexOf('@');
            if (at <= 0) {
                throw new UsageException("Name the version to keep: %s@VERSION.".formatted(name));
            }
            Published chosen =
                    version(registry().list(), name.substring(0, at), name.substring(at + 1));
            install(chosen, true);
            tell(List.of(chosen), "pinned");
            return ExitStatus.DONE;
        }
    }

    /** What is done with a connector that is here; no registry is asked. */
    abstract static class Present implements Callable<Integer> {
        private final Terminal terminal;

        @Parameters(index = "0", paramLabel = "NAME", description = "The connector.")
        private String name = "";

        @Option(names = "--json", description = "Prints one JSON document.")
        private boolean json;

        Present(Terminal terminal) {
            this.terminal = terminal;
        }

        /** Does it, and returns the word for it. */
        abstract String change(InstalledConnectors all, Installed chosen);

        @Override
        public Integer call() {
            var all = new InstalledConnectors(terminal.home());
            Installed chosen =
                    all.find(name)
                            .orElseThrow(() ->
                                    new UsageException(
                                            "%s is not installed%s"
                                                    .formatted(
                                                            name,
                                                            NearestName.hint(
                                                                    name, all.list().keySet()))));
            String word = change(all, chosen);
            if (json) {
                ObjectNode document = JsonMapper.shared().createObjectNode();
                document.putArray("connectors")
                        .addObject()
                        .put("name", chosen.name())
                        .put("version", chosen.version().toString());
                terminal.output().println(document.toPrettyString());
            } else {
                terminal.output().printf("%-40s %-10s %s%n", chosen.name(), chosen.version(), word);
            }
            return ExitStatus.DONE;
        }
    }

    /** {@code unpin}. */
    @Command(description = "Lets upgrades have a connector that was pinned.")
    static final class Unpin extends Present {
        Unpin(Terminal terminal) {
            super(terminal);
        }

        @Override
        String change(InstalledConnectors all, Installed chosen) {
            all.unpin(chosen);
            return "not pinned";
        }
    }

    /** {@code uninstall}. */
    @Command(
            description =
                    "Takes an installed connector away, with all its versions. What it has moved"
                            + " and where pipelines stand is kept.")
    static final class Uninstall extends Present {
        Uninstall(Terminal terminal) {
            super(terminal);
        }

        @Override
        String change(InstalledConnectors all, Installed chosen) {
            all.uninstall(chosen);
            return "uninstalled";
        }
    }

    /** {@code upgrade}. */
    @Command(
            description = {
                "Installs the newest versions of connectors that are installed.",
                "What is pinned stays. What breaks what is set up takes --breaking; without it the"
                        + " newest version before the break is installed."
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

        @Option(
                names = "--breaking",
                description = "Also versions that break what is set up; what they break is told.")
        private boolean breaking;

        Upgrade(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() throws InterruptedException {
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
            Listing listing = registry().list();
            var upgraded = new ArrayList<Published>();
            boolean held = false;
            for (Installed each : chosen) {
                if (each.pinned() && !unpin) {
                    terminal.errors()
                            .printf("%s stays at %s: it is pinned.%n", each.name(), each.version());
                    continue;
                }
                if (listing.versions(each.name()).isEmpty()) {
                    terminal.errors()
                            .printf(
                                    "%s stays at %s: the registry doesn't have it.%n",
                                    each.name(), each.version());
                    continue;
                }
                Published newest = newest(listing, each.name());
                if (newest.version().compareTo(each.version()) > 0) {
                    Optional<Published> best = best(listing, each, newest);
                    held |= !best.equals(Optional.of(newest));
                    if (best.isPresent()) {
                        install(best.get(), false);
                        upgraded.add(best.get());
                        continue;
                    }
                }
                if (each.pinned()) { // No version is newer, or none that may be taken.
                    here.unpin(each);
                }
            }
            tell(upgraded, "upgraded");
            return held && !all ? ExitStatus.FAILED : ExitStatus.DONE;
        }

        /** The newest version that may be taken, and a word on what breaks. */
        private Optional<Published> best(Listing listing, Installed here, Published newest)
                throws InterruptedException {
            // A later version knows of the breaks of all before it.
            JsonNode announced = registry().entry(newest).path("releases").path("breakingChanges");
            Optional<Version> broken = Optional.empty();
            for (Published each : listing.versions(here.name())) {
                Version version = each.version();
                boolean between =
                        version.compareTo(here.version()) > 0
                                && version.compareTo(newest.version()) <= 0;
                boolean breaks =
                        between
                                && (announced.has(version.release().toString())
                                        || version.major() > Math.max(here.version().major(), 1)
                                        || (here.version().major() == 1 && version.major() > 1));
                if (breaks) {
                    tell(here, version, announced.path(version.release().toString()));
                    if (broken.isEmpty()) {
                        broken = Optional.of(version);
                    }
                }
            }
            if (broken.isEmpty() || breaking) {
                return Optional.of(newest);
            }
            Version first = broken.get();
            return listing.versions(here.name()).stream()
                    .filter(each ->
                            each.version().candidate().isEmpty()
                                    && each.version().compareTo(here.version()) > 0
                                    && each.version().compareTo(first) < 0)
                    .reduce((_, last) -> last);
        }

        private void tell(Installed here, Version version, JsonNode change) {
            String message = change.path("message").asString("").strip();
            terminal.errors()
                    .printf(
                            "%s %s breaks what is set up with %s%s%n",
                            here.name(),
                            version,
                            here.version(),
                            message.isEmpty() ? "." : ": " + message);
            String migration = change.path("migrationDocumentationUrl").asString("");
            if (!migration.isEmpty()) {
                terminal.errors().printf("  How to go on: %s%n", migration);
            }
            if (!breaking) {
                terminal.errors()
                        .printf(
                                "  'millrace connectors upgrade %s --breaking' takes it.%n",
                                here.name());
            }
        }
    }
}
