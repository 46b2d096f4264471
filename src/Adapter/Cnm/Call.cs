namespace Bridge.Adapter.Cnm;

/// <summary>A call of Docker's.</summary>
/// <param name="Method">For the log and for people.</param>
/// <param name="Lane">What it waits behind; what undoes something is not told to end.</param>
/// <param name="EndpointId">The endpoint it is about; null: none, or none that is known.</param>
internal sealed record Call(string Method, CallLane Lane, string? EndpointId);
