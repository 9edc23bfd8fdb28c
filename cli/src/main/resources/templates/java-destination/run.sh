#!/bin/sh
# Runs the compiled connector; Millrace tells by MILLRACE_JAVA which Java it runs on. `millrace connector compile` makes a
# cache of loaded classes, with which it starts in less than half the time; where there is none, or one of another Java, it
# does without.
# What was compiled before the last change, or failed to compile, is not what anybody wants to run.
if [ ! -f target/connector.jar ] || [ -n "$(find src -name '*.java' -newer target/connector.jar 2>/dev/null | head -n 1)" ]; then
    printf '{"type":"TRACE","trace":{"type":"ERROR","emitted_at":%s000,"error":{"message":"%s","failure_type":"system_error"}}}\n' \
        "$(date +%s)" 'The sources of this connector are not compiled as they are now. Run millrace connector compile on its folder.'
    exit 1
fi
compiler=-XX:TieredStopAtLevel=1
case ${1:-} in
    read | write) compiler=-XX:+TieredCompilation ;; # Java's second compiler is for those that move data
esac
exec "${MILLRACE_JAVA:-java}" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC "$compiler" \
    -Xlog:all=off:stdout '-Xlog:all=warning,aot*=off,cds*=off:stderr' -XX:AOTCache=target/cache/connector.aot \
    -cp "target/connector.jar:target/lib/*" Main "$@"
