using Bridge.Adapter.State;

namespace Bridge.Adapter.Networks;

/// <summary>The CNI networks, or Docker's networks, may not be what they were.</summary>
internal sealed class NetworksSignal : WakeUp;
