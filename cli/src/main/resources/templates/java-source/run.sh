#!/bin/sh
# Runs the compiled connector; Millrace tells by MILLRACE_JAVA which Java it runs on.
exec "${MILLRACE_JAVA:-java}" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
    -cp "target/connector.jar:target/lib/*" Main "$@"
