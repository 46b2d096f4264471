using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>
/// A container in which the user has switched IPv6 off gets none from us. With <c>--ipam-driver cni</c> and <c>--ipv6</c> Docker says so
/// ahead, and IPv4 alone is asked for; elsewhere it has noted an IPv6 address by the time the container can be looked at.
/// </summary>
internal static class IPv6Switch
{
    /// <param name="record">The attachment that lacks the address.</param>
    /// <param name="address">What Docker has noted for it.</param>
    /// <param name="isOff">IPv6 is off for its interface.</param>
    /// <exception cref="CnmException">That is why it is not there.</exception>
    public static void RequireOn(AttachmentRecord record, string address, bool isOff)
    {
        if (isOff)
        {
            throw new CnmException(
                $"CNI network \"{record.CniNetwork}\" did not give the address {address} that Docker has noted: IPv6 is switched off for the interface (sysctl net.ipv6.conf.….disable_ipv6=1), by a plugin of the network or by the container's own sysctls. " +
                "For IPv4 alone make the Docker network without --ipv6, or with --ipam-driver null; for both families leave the sysctl out.");
        }
    }

    /// <exception cref="CnmException">The attachment has an IPv6 address.</exception>
    public static void RequireNone(AttachmentRecord record)
    {
        if (EndpointAnswer.Address(record, AddressFamily.InterNetworkV6) is { } address)
        {
            throw new CnmException(
                $"IPv6 is switched off in this container (sysctl net.ipv6.conf.all.disable_ipv6=1), and CNI network \"{record.CniNetwork}\" " +
                $"would give it the address {address}. For IPv4 alone use a Docker network made with --ipv6 and --ipam-driver cni, " +
                "or a CNI network without IPv6; for both families leave the sysctl out.");
        }
    }
}
