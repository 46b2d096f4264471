using Bridge.Adapter.State;

namespace Bridge.Adapter.Attachments;

/// <summary>A published port of an endpoint of ours that could not be held: somebody else on the host had it.</summary>
/// <param name="EndpointId">Whose it is.</param>
/// <param name="Mapping">The port.</param>
/// <param name="IsFree">Nobody has it any more.</param>
internal sealed record UnheldPort(string EndpointId, PortMapping Mapping, bool IsFree);
