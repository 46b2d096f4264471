namespace Bridge.Conformance;

internal static partial class Requirements
{
    private const string Deriving = "§3 Deriving request configuration";

    private static IReadOnlyList<Requirement> RequestConfiguration =>
    [
        OfRuntime(Deriving, "request-of-one-plugin", "What a plugin reads is a configuration of that plugin alone, made from the network's."),
        OfRuntime(Deriving, "request-version", "It has the `cniVersion` that was chosen."),
        OfRuntime(Deriving, "request-name", "It has the `name` of the network."),
        OfRuntime(Deriving, "request-runtime-config", "For an attachment it has `runtimeConfig`: what the plugin declares as a capability and the runtime provides."),
        OfRuntime(Deriving, "request-prev-result", "For an attachment it has `prevResult`, but not for the first plugin of an ADD."),
        OfRuntime(Deriving, "request-capabilities", "For an attachment it has no `capabilities`."),
        OfRuntime(Deriving, "request-valid-attachments", "For GC it has `cni.dev/valid-attachments`."),
    ];
}
