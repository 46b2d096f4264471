namespace Bridge.Adapter.Repair;

/// <summary>Something happened that may need repair.</summary>
internal sealed class RepairSignal : WakeUp;
