package io.millrace.distribution;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the parts of the program to the directions in which they may know each other. */
class ArchitectureTest {
    private static final String ROOT = "io.millrace.";

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    // Tests of another module that are run here come as a jar.
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .importPackages("io.millrace");

    /** What each part may know beside itself, the Java library and libraries of others. */
    private static final Map<String, Set<String>> DIRECTIONS =
            Map.ofEntries(
                    Map.entry("protocol", Set.of()),
                    Map.entry("sdk", Set.of("protocol")),
                    Map.entry("declarative", Set.of("sdk", "protocol")),
                    Map.entry("connector", Set.of("sdk", "protocol", "declarative")),
                    // Of the SDK only the package that runs connectors in this process, see below.
                    Map.entry("replication", Set.of("protocol", "sdk")),
                    Map.entry("api", Set.of("protocol")),
                    Map.entry(
                            "server",
                            Set.of("api", "replication", "protocol", "sdk", "declarative")),
                    Map.entry(
                            "cli", Set.of("api", "replication", "declarative", "sdk", "protocol")),
                    // A program of its own, beside ours.
                    Map.entry("image", Set.of()),
                    Map.entry("testkit", Set.of("sdk", "protocol")),
                    Map.entry(
                            "distribution",
                            Set.of(
                                    "protocol",
                                    "sdk",
                                    "declarative",
                                    "connector",
                                    "replication",
                                    "api",
                                    "server",
                                    "cli")));

    @TestFactory
    Stream<DynamicTest> everyPartKnowsOnlyThePartsBelowIt() {
        return DIRECTIONS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> {
                    String part = entry.getKey();
                    String[] allowed =
                            Stream.concat(Stream.of(part), entry.getValue().stream())
                                    .map(ArchitectureTest::packagesOf)
                                    .toArray(String[]::new);
                    return DynamicTest.dynamicTest(
                            part,
                            () ->
                                    noClasses()
                                            .that()
                                            .resideInAPackage(packagesOf(part))
                                            .should()
                                            .dependOnClassesThat(
                                                    resideInAPackage("io.millrace..")
                                                            .and(notIn(allowed)))
                                            .allowEmptyShould(true)
                                            .check(CLASSES));
                });
    }

    @Test
    void everyClassBelongsToAPartWithADirection() {
        classes()
                .should()
                .resideInAnyPackage(
                        DIRECTIONS.keySet().stream()
                                .map(ArchitectureTest::packagesOf)
                                .toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void theSyncLoopKnowsTheSdkOnlyWhereItRunsConnectorsInThisProcess() {
        noClasses()
                .that()
                .resideInAPackage(packagesOf("replication"))
                .and(resideOutsideOfPackage(ROOT + "replication.launch.inprocess.."))
                .should()
                .dependOnClassesThat(resideInAPackage(packagesOf("sdk")))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void connectorsDoNotKnowEachOther() {
        slices().matching(ROOT + "connector.(*)..")
                .should()
                .notDependOnEachOther()
                .ignoreDependency(
                        DescribedPredicate.alwaysTrue(),
                        resideInAPackage(ROOT + "connector.*.common.."))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @TestFactory
    Stream<DynamicTest> thePackagesOfAPartFormNoCycle() {
        return DIRECTIONS.keySet().stream()
                .sorted()
                .map(part ->
                        DynamicTest.dynamicTest(
                                part,
                                () ->
                                        slices().matching(ROOT + part + ".(**)")
                                                .should()
                                                .beFreeOfCycles()
                                                .allowEmptyShould(true)
                                                .check(CLASSES)));
    }

    @Test
    void everyPackageIsNullMarked() {
        List<String> unmarked =
                CLASSES.stream()
                        .map(JavaClass::getPackage)
                        .distinct()
                        .filter(javaPackage -> !javaPackage.isAnnotatedWith(NullMarked.class))
                        .map(JavaPackage::getName)
                        .sorted()
                        .toList();
        assertThat(unmarked).as("packages without @NullMarked in package-info.java").isEmpty();
    }

    private static String packagesOf(String part) {
        return ROOT + part + "..";
    }

    private static DescribedPredicate<JavaClass> notIn(String... packages) {
        return DescribedPredicate.not(resideInAnyPackage(packages))
                .as("outside of %s", Arrays.toString(packages));
    }
}
