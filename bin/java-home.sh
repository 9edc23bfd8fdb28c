# Finds a JDK of Java 25 or newer; to be sourced. Runs no program where JAVA_HOME names one, since every start of
# bin/millrace passes here. Sets java_home (empty where there is none) and java_key, which names that build of Java.

# Takes the folder $1 if it holds a JDK that is new enough. The file "release" is part of every JDK.
try_java_home() {
    [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
    java_major= java_runtime= java_vendor=
    while IFS='=' read -r name value; do
        value=${value#\"}
        value=${value%\"}
        case $name in
            JAVA_VERSION) java_major=${value%%[!0-9]*} ;;
            JAVA_RUNTIME_VERSION) java_runtime=$value ;;
            IMPLEMENTOR) java_vendor=${value%% *} ;;
        esac
    done < "$1/release"
    [ "${java_major:-0}" -ge 25 ] || return 1
    java_home=$1
    java_key="$java_vendor-${java_runtime:-$java_major}"
}

find_java_home() {
    java_home= java_key=
    if [ -n "${JAVA_HOME:-}" ] && try_java_home "$JAVA_HOME"; then
        return 0
    fi
    on_path=$(command -v java) || on_path=
    if [ -n "$on_path" ]; then
        on_path=$(readlink -f "$on_path" 2>/dev/null) || on_path=
        if [ -n "$on_path" ] && try_java_home "${on_path%/bin/java}"; then
            return 0
        fi
    fi
    # Linux packages, SDKMAN, IntelliJ, container images, macOS.
    for candidate in /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* /opt/java/* /opt/jdk* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        if try_java_home "$candidate"; then
            return 0
        fi
    done
    return 1
}

explain_missing_java() {
    cat >&2 <<'MESSAGE'
Millrace needs Java 25 or newer, and none was found in JAVA_HOME, on the PATH or in the usual places.
Install a JDK 25, for example:
  Debian, Ubuntu   apt-get install openjdk-25-jdk-headless   (where the release has it)
  macOS            brew install openjdk@25
  anywhere         sdk install java 25-tem                   (SDKMAN), or an archive of Eclipse Temurin 25
then try again, with JAVA_HOME pointing at it if it lies in an unusual place.
MESSAGE
}
