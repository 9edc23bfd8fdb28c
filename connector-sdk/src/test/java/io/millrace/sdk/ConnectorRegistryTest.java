package io.millrace.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.protocol.connector.Source;
import io.millrace.protocol.failure.ConfigurationFailure;
import io.millrace.sdk.option.Option;
import org.junit.jupiter.api.Test;

class ConnectorRegistryTest {
    private static final ConnectorRegistry REGISTRY =
            ConnectorRegistry.of(ConnectorRegistryTest.class.getClassLoader());

    private static int made;

    record NoOptions(@Option(value = "Nothing", defaultValue = "0") int nothing) {}

    /** A source of which only the name matters. */
    public abstract static class Named implements SourceDefinition<NoOptions> {
        Named() {
            made++;
        }

        @Override
        public String title() {
            return name();
        }

        @Override
        public String description() {
            return "";
        }

        @Override
        public Class<NoOptions> optionsType() {
            return NoOptions.class;
        }

        @Override
        public Source create(NoOptions options, ConnectorContext context) {
            throw new UnsupportedOperationException();
        }
    }

    /** Called after its class. */
    public static final class AlphaOneDefinition extends Named {
        @Override
        public String name() {
            return "alpha-one";
        }
    }

    /** Called otherwise than its class. */
    public static final class BetaDefinition extends Named {
        @Override
        public String name() {
            return "gamma";
        }
    }

    @Test
    void aConnectorIsFoundByItsNameWithoutMakingTheOthers() {
        made = 0;
        assertThat(REGISTRY.findSource("alpha-one")).isPresent();
        assertThat(made).isEqualTo(1);
    }

    @Test
    void aConnectorWhoseClassIsCalledOtherwiseIsFoundToo() {
        assertThat(REGISTRY.findSource("gamma")).isPresent();
        assertThat(REGISTRY.findSource("beta")).isEmpty();
    }

    @Test
    void allAreListedByName() {
        assertThat(REGISTRY.sources())
                .<String>extracting(ConnectorDefinition::name)
                .startsWith("alpha-one", "gamma");
    }

    @Test
    void anUnknownNameIsAnsweredWithTheNearest() {
        assertThatThrownBy(() -> REGISTRY.loadSource("alpha-on"))
                .isInstanceOf(ConfigurationFailure.class)
                .hasMessage(
                        "There is no built-in source \"alpha-on\". Did you mean \"alpha-one\"?");
    }
}
