using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Docker does not move an interface into a container that can reach the interface's subnet already, and says so in terms of routes.
/// </summary>
internal static class SandboxSubnets
{
    /// <summary>Some engines list a network that the container was refused on, and try it again at the container's next start.</summary>
    public const string WhereDockerKeepsIt =
        "Where docker inspect lists the refused network all the same, take it out while the container is stopped: docker stop, docker network disconnect, docker start.";

    /// <param name="record">To be moved.</param>
    /// <param name="others">What the same container has.</param>
    /// <exception cref="CnmException">One of those is in the same subnet.</exception>
    public static void RequireNew(AttachmentRecord record, IEnumerable<AttachmentRecord> others)
    {
        foreach (var other in others)
        {
            var pairs = Addresses(record).SelectMany(_ => Addresses(other), (address, taken) => (Address: address, Taken: taken));
            foreach (var (address, taken) in pairs.Where(pair => Overlap(pair.Address, pair.Taken)))
            {
                throw new CnmException(
                    $"a container cannot have two interfaces in one subnet: it has {taken} on CNI network \"{other.CniNetwork}\", " +
                    $"and would get {address} on CNI network \"{record.CniNetwork}\". " +
                    $"Leave one of the two Docker networks out, or disconnect the other first: docker network disconnect. {WhereDockerKeepsIt}");
            }
        }
    }

    private static IEnumerable<string> Addresses(AttachmentRecord record) =>
        new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.Select(family => EndpointAnswer.Address(record, family)).OfType<string>();

    private static bool Overlap(string one, string other)
    {
        var ((first, firstLength), (second, secondLength)) = (Parts(one), Parts(other));
        var length = Math.Min(firstLength, secondLength);
        return first.AddressFamily == second.AddressFamily && CniSubnet.BaseAddress(first, length).Equals(CniSubnet.BaseAddress(second, length));
    }

    private static (IPAddress Address, int PrefixLength) Parts(string cidr) =>
        cidr.Split('/') is [var address, var length] ? (IPAddress.Parse(address), int.Parse(length, CultureInfo.InvariantCulture)) : throw new FormatException($"\"{cidr}\" has no prefix length.");
}
