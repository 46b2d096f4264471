namespace Bridge.Adapter.Repair.Inspections;

/// <summary>One round's common ground.</summary>
/// <param name="RepairTrigger">Why it is looked.</param>
/// <param name="IsThorough">Kernel and stores are looked at too, which costs more than a question to Docker: not after every event.</param>
/// <param name="Docker">What Docker has; null when it does not answer.</param>
internal sealed record InspectionContext(RepairTrigger RepairTrigger, bool IsThorough, DockerView? Docker);
