namespace Bridge.Adapter.Cnm;

/// <summary>Which calls a call waits behind when there are too many.</summary>
internal enum CallLane
{
    /// <summary>Makes something: waits, is refused when too many wait, and is given up at its deadline.</summary>
    Making,

    /// <summary>Undoes something: waits behind its own kind only, and is never refused or given up. What Docker asks for here, it asks once.</summary>
    Undoing,

    /// <summary>Only looks: never waits.</summary>
    Looking,
}
