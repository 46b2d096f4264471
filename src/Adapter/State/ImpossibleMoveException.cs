namespace Bridge.Adapter.State;

/// <summary>A record was to follow another that it cannot follow: a mistake of ours, stopped before it reaches the disk.</summary>
internal sealed class ImpossibleMoveException(string record, string? from, string? to, string? reason = null)
    : InvalidOperationException($"{record} cannot go from {from ?? "nothing"} to {to ?? "nothing"}{(reason is null ? "" : $": {reason}")}. Nothing was written.");
