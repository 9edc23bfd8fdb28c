package io.millrace.declarative.interpolation.python;

import java.math.BigInteger;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where the attributes and methods of each type are found. */
public final class Methods {
    /** What every Python object has and no template may have. */
    private static final Set<String> HIDDEN =
            Set.of(
                    "__class__",
                    "__contains__",
                    "__delattr__",
                    "__dir__",
                    "__doc__",
                    "__eq__",
                    "__format__",
                    "__ge__",
                    "__getattribute__",
                    "__getitem__",
                    "__getstate__",
                    "__gt__",
                    "__hash__",
                    "__init__",
                    "__init_subclass__",
                    "__iter__",
                    "__le__",
                    "__len__",
                    "__lt__",
                    "__ne__",
                    "__new__",
                    "__reduce__",
                    "__reduce_ex__",
                    "__repr__",
                    "__setattr__",
                    "__sizeof__",
                    "__str__",
                    "__subclasshook__");

    private Methods() {}

    static boolean isHidden(String name) {
        return HIDDEN.contains(name);
    }

    /**
     * The method of that name that the value's type has, or null: the way to call it without
     * binding it first.
     */
    public static @Nullable Method find(@Nullable Object owner, String name) {
        return switch (owner) {
            case String _ -> TextMethods.TABLE.get(name);
            case PythonObject _ -> null;
            case Map<?, ?> _ -> ContainerMethods.DICT.get(name);
            case Tuple _ -> ContainerMethods.TUPLE.get(name);
            case List<?> _ -> ContainerMethods.LIST.get(name);
            case Markup _ -> TextMethods.MARKUP.get(name);
            case Datetime _ -> DateMethods.DATETIME.get(name);
            case LocalDate _ -> DateMethods.DATE.get(name);
            case TimeDelta _ -> DateMethods.TIMEDELTA.get(name);
            case CalendarDuration _ -> DateMethods.DURATION.get(name);
            case ClockTime _ -> DateMethods.TIME.get(name);
            case Zone _ -> DateMethods.ZONE.get(name);
            case Double _ -> NumberMethods.FLOAT.get(name);
            case Long _ -> NumberMethods.INT.get(name);
            case Boolean _ -> NumberMethods.INT.get(name);
            case BigInteger _ -> NumberMethods.INT.get(name);
            case Bytes _ -> TextMethods.BYTES.get(name);
            case PythonSet _ -> ContainerMethods.SET.get(name);
            case DictView _ -> ContainerMethods.VIEW.get(name);
            case null, default -> null;
        };
    }

    /** The attribute of that name that the value itself has, or {@link Python#MISSING}. */
    static @Nullable Object attribute(@Nullable Object owner, String name) {
        if (owner == null) {
            return Python.MISSING;
        }
        if (Python.isDict(owner)) {
            // Nearly every look-up of nearly every template is one in a record.
            Method method = ContainerMethods.DICT.get(name);
            return method == null ? Python.MISSING : new BoundMethod(owner, name, method);
        }
        Object value =
                switch (owner) {
                    case PythonObject object -> object.attribute(name);
                    case Datetime datetime -> DateMethods.field(datetime, name);
                    case LocalDate date -> DateMethods.field(date, name);
                    case ClockTime time -> DateMethods.field(time, name);
                    case TimeDelta delta -> DateMethods.field(delta, name);
                    case CalendarDuration duration -> DateMethods.field(duration, name);
                    case Tuple tuple when tuple.position(name) >= 0 ->
                            tuple.get(tuple.position(name));
                    case Double real -> NumberMethods.field(real, name);
                    case Long _ -> NumberMethods.field(owner, name);
                    case Boolean _ -> NumberMethods.field(owner, name);
                    case BigInteger _ -> NumberMethods.field(owner, name);
                    default -> Python.MISSING;
                };
        if (!Python.isMissing(value)) {
            return value;
        }
        Method method = find(owner, name);
        return method == null ? Python.MISSING : new BoundMethod(owner, name, method);
    }
}
