namespace Bridge.Adapter.Repair;

/// <summary>Why somebody looks.</summary>
internal enum RepairTrigger
{
    /// <summary>By itself: at intervals, and when something happened.</summary>
    Background,

    /// <summary>An operator asked for it: what has its own time is tried at once.</summary>
    Demand,

    /// <summary>An operator wants to know only: nothing is changed.</summary>
    DryRun,
}
