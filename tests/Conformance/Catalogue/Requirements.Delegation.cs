namespace Bridge.Conformance;

internal static partial class Requirements
{
    private const string Delegated = "§4 Plugin Delegation";
    private const string DelegatedProtocol = "§4 Delegated Plugin protocol";
    private const string DelegatedExecution = "§4 Delegated plugin execution procedure";

    private static IReadOnlyList<Requirement> Delegation =>
    [
        OfPlugin(Delegated, "ipam-answers", "An IPAM plugin says address, gateway and routes.", "where this library runs it, an answer that is no result has failed, and is undone"),
        OfPlugin(DelegatedProtocol, "delegate-environment", "A plugin that is delegated to has the environment of the one that delegates.",
            "what that would be is what it is given where this library runs it"),
        PluginsOwn(DelegatedExecution, "delegate-executed", "CHECK, DEL and GC include the plugins delegated to.", NotTold),
    ];
}
