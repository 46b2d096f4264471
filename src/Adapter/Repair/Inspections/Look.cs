namespace Bridge.Adapter.Repair.Inspections;

/// <summary>One round's common ground.</summary>
/// <param name="Occasion">Why it is looked.</param>
/// <param name="IsThorough">Kernel and stores are looked at too, which costs more than a question to Docker: not after every event.</param>
/// <param name="Docker">What Docker has; null when it does not answer.</param>
internal sealed record Look(Occasion Occasion, bool IsThorough, DockerView? Docker);
