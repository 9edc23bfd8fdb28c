package io.millrace.replication.mapper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** The mappers that there are, by name. */
public final class MapperRegistry {
    private static final List<MapperType> BUILT_IN =
            List.of(
                    new HashingMapper.Type(),
                    new FieldRenamingMapper.Type(),
                    new FieldFilteringMapper.Type(),
                    new RowFilteringMapper.Type(),
                    new EncryptionMapper.Type());

    private final Map<String, MapperType> types = new LinkedHashMap<>();

    private MapperRegistry(Iterable<MapperType> added) {
        for (MapperType type : BUILT_IN) {
            types.put(type.name(), type);
        }
        for (MapperType type : added) {
            types.putIfAbsent(type.name(), type); // what is built in can't be replaced
        }
    }

    /** The built-in mappers, and those that are found as services. */
    public static MapperRegistry load() {
        return new MapperRegistry(ServiceLoader.load(MapperType.class));
    }

    /** The built-in mappers, and {@code added}. */
    public static MapperRegistry with(List<MapperType> added) {
        return new MapperRegistry(added);
    }

    public Optional<MapperType> find(String name) {
        return Optional.ofNullable(types.get(name));
    }

    public List<String> names() {
        return List.copyOf(types.keySet());
    }
}
