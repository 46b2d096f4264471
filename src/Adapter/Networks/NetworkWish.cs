namespace Bridge.Adapter.Networks;

/// <summary>What somebody wants of `cnm-cni networks create`.</summary>
/// <param name="CniNetwork">The CNI network; null for the only one of the host.</param>
/// <param name="Name">The Docker network's name; null for the CNI network's.</param>
/// <param name="Ipam">How its addresses are chosen.</param>
/// <param name="Internal">As with <c>docker network create --internal</c>.</param>
/// <param name="Options">As with <c>docker network create -o</c>.</param>
internal sealed record NetworkWish(string? CniNetwork, string? Name, IpamWish Ipam, bool Internal, IReadOnlyDictionary<string, string> Options);

/// <summary>Whether addresses are to be reserved ahead.</summary>
internal enum IpamWish
{
    /// <summary>Where that is possible.</summary>
    WherePossible,

    /// <summary>Or else nothing is to be made: <c>--ipam cni</c>.</summary>
    Cni,

    /// <summary>Not: <c>--ipam null</c>.</summary>
    Null,
}
