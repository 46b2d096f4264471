using System.Net;
using System.Net.Sockets;

namespace Bridge.Adapter.Reachability;

/// <summary>Subnets for a cable that exists for seconds, apart from every route of the host.</summary>
internal static class FreeSubnets
{
    private const int Length4 = 30;
    private const int Length6 = 64;
    private const int Attempts = 16;

    /// <summary>For tests of networks (RFC 2544); nobody on the internet has an address in it.</summary>
    private static readonly IPNetwork Range4 = IPNetwork.Parse("198.18.0.0/15");

    /// <param name="taken">The destinations of routes, default routes excluded, and subnets that will get routes.</param>
    /// <returns>A /30; null when all are taken.</returns>
    public static IPNetwork? Find4(IReadOnlyList<IPNetwork> taken)
    {
        var first = Number(Range4.BaseAddress);
        for (uint offset = 0; offset < 1u << (32 - Range4.PrefixLength); offset += 1u << (32 - Length4))
        {
            var candidate = new IPNetwork(Address(first + offset), Length4);
            if (!taken.Any(other => Overlap(candidate, other)))
                return candidate;
        }

        return null;
    }

    /// <inheritdoc cref="Find4"/>
    /// <returns>A /64 of unique local addresses with a random number (RFC 4193); null when those tried are taken.</returns>
    public static IPNetwork? Find6(IReadOnlyList<IPNetwork> taken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var bytes = new byte[16];
            Random.Shared.NextBytes(bytes.AsSpan(1, 5));
            bytes[0] = 0xfd;
            var candidate = new IPNetwork(new IPAddress(bytes), Length6);
            if (!taken.Any(other => Overlap(candidate, other)))
                return candidate;
        }

        return null;
    }

    /// <summary>The first addresses of a subnet: for the host and for the other end.</summary>
    public static (IPAddress Host, IPAddress Other) Ends(IPNetwork subnet) => (Plus(subnet, 1), Plus(subnet, 2));

    private static bool Overlap(IPNetwork one, IPNetwork other) =>
        one.BaseAddress.AddressFamily == other.BaseAddress.AddressFamily
            && (one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress));

    private static IPAddress Plus(IPNetwork subnet, byte number)
    {
        var bytes = subnet.BaseAddress.GetAddressBytes();
        bytes[^1] += number;
        return new IPAddress(bytes);
    }

    private static uint Number(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork
            ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes())
            : throw new ArgumentException($"{address} is not an IPv4 address.", nameof(address));

    private static IPAddress Address(uint number)
    {
        var bytes = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
