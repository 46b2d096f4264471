namespace Bridge.Adapter.Docker;

/// <summary>What was learned of the engine in the background, so that calls of the driver can go by it without asking.</summary>
internal sealed class EngineFacts
{
    private volatile Fact _sysctlsComeFirst;

    /// <summary>
    /// Whether a container's namespace has the user's sysctls before its networks, as from Docker 28 on. Before, Docker itself switches IPv6 off
    /// in each, and on again for the interfaces that get an address. Null: nobody knows yet.
    /// </summary>
    public bool? SysctlsComeFirst
    {
        get => _sysctlsComeFirst switch
        {
            Fact.So => true,
            Fact.NotSo => false,
            _ => null,
        };
        set => _sysctlsComeFirst = value switch
        {
            true => Fact.So,
            false => Fact.NotSo,
            null => Fact.Unknown,
        };
    }

    private enum Fact
    {
        Unknown,
        So,
        NotSo,
    }
}
