namespace Bridge.Adapter.Sandboxes;

/// <summary>A route in a sandbox, and the interface it leads over.</summary>
internal sealed record SandboxRoute(string Interface, LinkRoute Route);
