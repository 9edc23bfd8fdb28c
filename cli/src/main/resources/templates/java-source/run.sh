#!/bin/sh
# Runs the compiled connector; Millrace tells by MILLRACE_JAVA which Java it runs on. `millrace connector compile` makes a
# cache of loaded classes, with which it starts in less than half the time; where there is none, or one of another Java, it
# does without.
compiler=-XX:TieredStopAtLevel=1
case ${1:-} in
    read | write) compiler=-XX:+TieredCompilation ;; # Java's second compiler is for those that move data
esac
exec "${MILLRACE_JAVA:-java}" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC "$compiler" \
    -Xlog:all=off:stdout '-Xlog:all=warning,aot*=off,cds*=off:stderr' -XX:AOTCache=target/cache/connector.aot \
    -cp "target/connector.jar:target/lib/*" Main "$@"
