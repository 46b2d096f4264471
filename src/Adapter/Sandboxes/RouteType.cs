namespace Bridge.Adapter.Sandboxes;

/// <summary>What happens to a packet that meets the route, in the kernel's numbers (RTN_…).</summary>
internal enum RouteType
{
    Unspecified = 0,
    Unicast = 1,
    Local = 2,
    Broadcast = 3,
    Anycast = 4,
    Multicast = 5,
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
    Throw = 9,
}
