namespace Bridge.Adapter.Sandboxes;

/// <summary>How far a link has come, and what it is called where it is to be.</summary>
/// <param name="State">Where it is.</param>
/// <param name="InterfaceName">Its name in the sandbox; known when it has arrived.</param>
internal readonly record struct Arrival(ArrivalState State, string? InterfaceName);
