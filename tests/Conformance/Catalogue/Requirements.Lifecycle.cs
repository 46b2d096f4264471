namespace Bridge.Conformance;

internal static partial class Requirements
{
    private const string Ordering = "§3 Lifecycle & Ordering";

    private static IReadOnlyList<Requirement> Lifecycle =>
    [
        OfRuntime(Ordering, "namespace-first", "The container's network namespace is made before any plugin runs."),
        OfRuntime(Ordering, "one-operation-at-a-time", "No two operations at once for one container, on whatever network."),
        OfRuntime(Ordering, "gc-alone", "GC does not start while an ADD or a DEL is under way."),
        OfRuntime(Ordering, "gc-awaited", "ADD and DEL wait for a GC that is under way."),
        PluginsOwn(Ordering, "plugin-concurrency", "A plugin may run for several containers at once.", "that containers are served side by side is what users expect of a runtime"),
        PluginsOwn(Ordering, "plugin-locks", "A plugin locks what its runs share.", NotTold),
        OfRuntime(Ordering, "add-then-del", "Every ADD is followed by a DEL in the end, unless the host is lost."),
        OfRuntime(Ordering, "del-after-failed-add", "DEL follows also an ADD that failed."),
    ];
}
