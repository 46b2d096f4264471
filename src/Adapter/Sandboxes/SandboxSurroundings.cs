namespace Bridge.Adapter.Sandboxes;

/// <summary>What is in a sandbox and belongs to none of its links, so that what is added to it can be told from it.</summary>
internal sealed record SandboxSurroundings(IReadOnlyList<RoutingRule> Rules, IReadOnlyList<LinkRoute> Routes);
