package io.millrace.declarative.pagination;

import io.millrace.declarative.http.RequestOption;
import io.millrace.declarative.http.RequestOptions;
import io.millrace.declarative.interpolation.python.Python;
import io.millrace.declarative.manifest.Compilation;
import io.millrace.declarative.manifest.Definition;
import java.util.Optional;
import java.util.OptionalLong;

/** The pages of a stream's slices: which there are, and how they are asked for. Immutable. */
public final class Paginator {
    /** One page, and nothing in the request for it. */
    public static final Paginator SINGLE_PAGE =
            new Paginator(Optional.empty(), Optional.empty(), Optional.empty(), false);

    private final Optional<PaginationStrategy> strategy;
    private final Optional<RequestOption> sizeOption;
    private final Optional<RequestOption> tokenOption;
    private final boolean tokenIsPath;

    private Paginator(
            Optional<PaginationStrategy> strategy,
            Optional<RequestOption> sizeOption,
            Optional<RequestOption> tokenOption,
            boolean tokenIsPath) {
        this.strategy = strategy;
        this.sizeOption = sizeOption;
        this.tokenOption = tokenOption;
        this.tokenIsPath = tokenIsPath;
    }

    /** The paginator of a retriever; absent is {@code NoPagination}. */
    public static Paginator compile(Optional<Definition> definition, Compilation compilation) {
        if (definition.isEmpty()) {
            return SINGLE_PAGE;
        }
        return switch (definition.get().type()) {
            case "NoPagination" -> SINGLE_PAGE;
            case "DefaultPaginator" -> compile(definition.get(), compilation);
            default -> throw definition.get().unknownType("a paginator is needed");
        };
    }

    private static Paginator compile(Definition definition, Compilation compilation) {
        Definition strategyDefinition = definition.child("pagination_strategy");
        PaginationStrategy strategy =
                switch (strategyDefinition.type()) {
                    case "PageIncrement" -> ByPage.compile(strategyDefinition, compilation);
                    case "OffsetIncrement" -> ByOffset.compile(strategyDefinition, compilation);
                    case "CursorPagination" -> ByCursor.compile(strategyDefinition, compilation);
                    default ->
                            throw strategyDefinition.unknownType("a pagination strategy is needed");
                };
        Optional<RequestOption> sizeOption =
                definition
                        .find("page_size_option")
                        .map(option -> RequestOption.compile(option, compilation));
        if (sizeOption.isPresent() && !strategyDefinition.has("page_size")) {
            throw strategyDefinition.malformed(
                    "page_size", "a number, which the paginator's page_size_option sends");
        }
        Optional<Definition> token = definition.find("page_token_option");
        boolean tokenIsPath = token.isPresent() && token.get().type().equals("RequestPath");
        Optional<RequestOption> tokenOption =
                token.filter(_ -> !tokenIsPath)
                        .map(option -> RequestOption.compile(option, compilation));
        if (sizeOption.isPresent() && tokenOption.isPresent()) {
            // Two values in one place are found here rather than at the second page.
            RequestOptions _ =
                    sizeOption.get().inject("size").combine(tokenOption.get().inject("token"));
        }
        return new Paginator(Optional.of(strategy), sizeOption, tokenOption, tokenIsPath);
    }

    /** Whether there can be more than one page. */
    public boolean hasPages() {
        return strategy.isPresent();
    }

    /** The token of the first request; empty where it carries none. */
    public Optional<Object> first() {
        return strategy.flatMap(PaginationStrategy::first);
    }

    /** The token of the page after {@code page}; empty where that was the last. */
    public Optional<Object> after(Page page) throws InterruptedException {
        return strategy.isPresent() ? strategy.get().after(page) : Optional.empty();
    }

    /** How many records the manifest wants a page to have, if it says so. */
    public OptionalLong pageSize() {
        return strategy.isPresent() ? strategy.get().pageSize() : OptionalLong.empty();
    }

    /**
     * What a request for the page of {@code token} carries.
     *
     * @param smaller how many records it shall have instead of what the manifest says
     */
    public RequestOptions options(Optional<Object> token, OptionalLong smaller) {
        RequestOptions options = RequestOptions.EMPTY;
        if (tokenOption.isPresent() && token.isPresent()) {
            options = tokenOption.get().inject(token.get());
        }
        OptionalLong size = OptionalLong.empty();
        if (sizeOption.isPresent()) {
            size = smaller.isPresent() ? smaller : pageSize();
        }
        return size.isPresent() && sizeOption.isPresent()
                ? options.combine(sizeOption.get().inject(size.getAsLong()))
                : options;
    }

    /** The address that the page of {@code token} is at, where tokens are addresses. */
    public Optional<String> path(Optional<Object> token) {
        return tokenIsPath ? token.map(Python::str) : Optional.empty();
    }
}
