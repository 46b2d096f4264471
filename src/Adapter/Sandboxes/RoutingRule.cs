namespace Bridge.Adapter.Sandboxes;

/// <summary>Which table routes a packet (ip-rule(8)).</summary>
/// <param name="IsIPv6">Whether it is about IPv6.</param>
/// <param name="Priority">Smaller comes first.</param>
internal sealed record RoutingRule(bool IsIPv6, uint Priority)
{
    /// <summary>What the rule does, in the kernel's numbers (FR_ACT_…): 1 looks into the table.</summary>
    public int Action { get; init; }

    public int Table { get; init; }

    /// <summary>Source in CIDR notation.</summary>
    public string? From { get; init; }

    /// <summary>Destination in CIDR notation.</summary>
    public string? To { get; init; }

    public string? InputInterface { get; init; }

    public string? OutputInterface { get; init; }

    public bool Inverted { get; init; }

    public int TypeOfService { get; init; }

    /// <summary>Marks, ports, users and whatever else it selects by.</summary>
    public IReadOnlyList<KernelAttribute> OtherAttributes { get; init; } = [];

    /// <summary>The same rule for a link that has another name, or has none any more.</summary>
    public RoutingRule For(string ifname, string? otherIfname) => this with
    {
        InputInterface = InputInterface == ifname ? otherIfname : InputInterface,
        OutputInterface = OutputInterface == ifname ? otherIfname : OutputInterface,
    };

    /// <summary>The kernel has room for one of the two in a namespace.</summary>
    public bool IsSameAs(RoutingRule other) =>
        this with { OtherAttributes = other.OtherAttributes } == other && OtherAttributes.SequenceEqual(other.OtherAttributes);

    public override string ToString() => $"{Priority}: from {From ?? "all"}{(To is null ? "" : $" to {To}")} lookup {Table}";
}
