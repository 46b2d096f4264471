using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>The wishes of `docker network create`, read and checked as far as they stand for themselves.</summary>
/// <param name="CniNetwork">Option <c>cni.network</c>; null when it was left out.</param>
/// <param name="Ipam">Who chooses the addresses.</param>
/// <param name="Pools">The subnets that Docker's own IPAM was given or chose; empty with the null IPAM.</param>
internal sealed record NetworkOptions(string? CniNetwork, IpamMode Ipam, IReadOnlyList<IpamData> Pools)
{
    public const string CniNetworkKey = "cni.network";

    private const string Generic = "com.docker.network.generic";
    private const string Internal = "com.docker.network.internal";

    /// <exception cref="CnmException">An option that the bridge does not know or cannot honour.</exception>
    public static NetworkOptions Read(CreateNetworkRequest request)
    {
        var options = request.Options ?? new Dictionary<string, JsonElement>();
        if (options.TryGetValue(Internal, out var isInternal) && isInternal.ValueKind == JsonValueKind.True)
        {
            throw new CnmException(
                "--internal is not supported: whether a CNI network reaches outside is decided by its own configuration (isGateway, isDefaultGateway, ipMasq). Leave --internal out.");
        }

        var generic = options.TryGetValue(Generic, out var given) ? given : default;
        var pools = (request.IPv4Data ?? []).Concat(request.IPv6Data ?? []).ToArray();
        var fromNull = pools.All(pool => pool.AddressSpace is null or "null");
        return new NetworkOptions(ReadCniNetwork(generic), fromNull ? IpamMode.Null : IpamMode.Docker, fromNull ? [] : pools);
    }

    private static string? ReadCniNetwork(JsonElement generic)
    {
        if (generic.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }

        string? cniNetwork = null;
        foreach (var option in generic.EnumerateObject())
        {
            if (option.Name != CniNetworkKey)
            {
                throw new CnmException($"option -o {option.Name} is not known to driver cni. Known options: {CniNetworkKey}=NAME (the CNI network to use).");
            }

            cniNetwork = option.Value.ValueKind == JsonValueKind.String ? option.Value.GetString() : null;
            if (string.IsNullOrEmpty(cniNetwork))
            {
                throw new CnmException($"option -o {CniNetworkKey} needs a value: the name of a CNI network, as in -o {CniNetworkKey}=pods.");
            }
        }

        return cniNetwork;
    }
}
