namespace Bridge.Adapter.Sandboxes;

/// <summary>What is in a sandbox and belongs to none of its links, so that what is added to it can be told from it.</summary>
/// <param name="Rules">Routing rules.</param>
/// <param name="Routes">Routes over no link.</param>
/// <param name="Up">The indices of the links that are up.</param>
internal sealed record SandboxSurroundings(IReadOnlyList<RoutingRule> Rules, IReadOnlyList<LinkRoute> Routes, IReadOnlySet<int> Up);
