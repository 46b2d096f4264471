namespace Bridge.Adapter.Sandboxes.Links;

/// <summary>A rule of the routing policy database (ip-rule(8)).</summary>
/// <param name="Priority">The kernel applies smaller numbers first.</param>
internal sealed record RoutingRule(bool IsIPv6, uint Priority)
{
    /// <summary>FR_ACT_… of linux/fib_rules.h; 1: look up the table.</summary>
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

    /// <summary>Marks, ports, user ranges and other selectors.</summary>
    public IReadOnlyList<KernelAttribute> OtherAttributes { get; init; } = [];

    /// <summary>The same rule for a link of another name, or without the link's name.</summary>
    public RoutingRule For(string ifname, string? otherIfname) => this with
    {
        InputInterface = InputInterface == ifname ? otherIfname : InputInterface,
        OutputInterface = OutputInterface == ifname ? otherIfname : OutputInterface,
    };

    /// <summary>Whether the two conflict: the kernel keeps only one of them in a namespace.</summary>
    public bool IsSameAs(RoutingRule other) =>
        this with { OtherAttributes = other.OtherAttributes } == other && OtherAttributes.SequenceEqual(other.OtherAttributes);

    public override string ToString() => $"{Priority}: from {From ?? "all"}{(To is null ? "" : $" to {To}")} lookup {Table}";
}

/// <summary>A netlink attribute that cnm-cni copies without interpreting it.</summary>
/// <param name="Number">Its number in the kernel's header.</param>
/// <param name="Value">Its bytes in hexadecimal, in the host's byte order.</param>
internal sealed record KernelAttribute(int Number, string Value);
