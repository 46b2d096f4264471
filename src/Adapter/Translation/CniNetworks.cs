using Bridge.Adapter.Cnm;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Which CNI network a Docker network stands for: the one it names, or the only one that declares its subnet, or the only one there is.
/// Docker never tells a driver the network's own name.
/// </summary>
internal static class CniNetworks
{
    private const string Option = $"{NetworkOptions.CniNetworkKey}=NAME";

    /// <summary>Those that a container can be on: runtimes keep a file for <c>lo</c> in the same directory, for instance.</summary>
    public static IReadOnlyList<NetworkConfiguration> Offered(ConfigurationDirectoryContents contents) =>
        [.. contents.Networks.Where(network => MainPlugin.WhyNobodyCanBeOn(network) is null)];

    /// <summary>By its name, or the only one there is.</summary>
    /// <exception cref="CnmException">There is no such network, none that a container can be on, or more than one to choose
    /// from.</exception>
    public static NetworkConfiguration Choose(ConfigurationDirectoryContents contents, string? name)
    {
        if (name is null)
            return Only(contents) ?? throw new CnmException($"which CNI network? This host has {Names(contents)}. Say it with -o {Option}.");

        var network = contents.Find(name) ?? throw new CnmException(
            $"there is no CNI network \"{name}\" on this host.{(Offered(contents).Count > 0 ? $" There is {Names(contents)}." : "")}{Broken(contents)}");
        return MainPlugin.WhyNobodyCanBeOn(network) is { } reason
            ? throw new CnmException($"no container can be on CNI network \"{name}\" ({network.Source}): {reason}.")
            : network;
    }

    /// <summary>For our IPAM driver, which is asked for one pool at a time and is not shown what <c>-o</c> says.</summary>
    /// <param name="contents">The CNI networks.</param>
    /// <param name="name">What <c>--ipam-opt</c> says; null when it was left out, as Compose 2 always does.</param>
    /// <param name="pool">What <c>--subnet</c> says; empty when it was left out.</param>
    /// <exception cref="CnmException">None is meant, or more than one can be.</exception>
    public static NetworkConfiguration ChooseForPool(ConfigurationDirectoryContents contents, string? name, string? pool)
    {
        if (name is not null)
            return Choose(contents, name);

        if (Only(contents) is { } only)
            return only;

        if (string.IsNullOrEmpty(pool))
        {
            throw new CnmException(
                $"which CNI network? This host has {WithSubnets(contents)}. Say it with --ipam-opt {Option}: Docker does not show -o to an IPAM driver. " +
                "Or say the IPv4 --subnet of one of them (in a compose file: ipam.config.subnet).");
        }

        return Declaring(contents, pool) switch
        {
            [var one] => one,
            [] => throw new CnmException(
                $"no CNI network of this host declares subnet {pool}: it has {WithSubnets(contents)}. Say one of these subnets, or the network with --ipam-opt {Option}."),
            var several => throw new CnmException(
                $"subnet {pool} does not tell which CNI network is meant: {string.Join(" and ", several.Select(network => $"\"{network.Name}\""))} declare it. " +
                $"Say it with --ipam-opt {Option}. Docker Compose 2 drops ipam.options: there, make the network first (cnm-cni networks create {several[0].Name}, for instance), " +
                "and let the compose file say that it is external."),
        };
    }

    /// <returns>The networks of which the pool is a declared subnet.</returns>
    public static IReadOnlyList<NetworkConfiguration> Declaring(ConfigurationDirectoryContents contents, string pool) => CniSubnet.ReadSubnet(pool) is { } wanted
        ? [.. Offered(contents).Where(network => CniSubnet.Of(network).Any(subnet => subnet.Subnet.Equals(wanted)))]
        : [];

    /// <returns>The one network that declares all of the pools; null when there is none, or more than one.</returns>
    public static string? OnlyDeclaring(ConfigurationDirectoryContents contents, IReadOnlyList<string> pools) => pools.Count > 0
        && Offered(contents).Where(network => pools.All(pool => Declaring(contents, pool).Contains(network))).ToArray() is [var one]
            ? one.Name
            : null;

    // Null when there are several.
    private static NetworkConfiguration? Only(ConfigurationDirectoryContents contents) => Offered(contents) switch
    {
        [] => throw new CnmException(
            $"there is no CNI network on this host.{Broken(contents)} Put a .conflist file into the CNI configuration directory (`cnm-cni settings` shows which)."),
        [var only] => only,
        _ => null,
    };

    private static string Names(ConfigurationDirectoryContents contents) => string.Join(", ", Offered(contents).Select(network => $"\"{network.Name}\""));

    private static string WithSubnets(ConfigurationDirectoryContents contents) => string.Join(", ", Offered(contents).Select(network =>
        CniSubnet.Of(network) is { Count: > 0 } subnets ? $"\"{network.Name}\" ({string.Join(", ", subnets.Select(subnet => subnet.Subnet))})" : $"\"{network.Name}\""));

    private static string Broken(ConfigurationDirectoryContents contents) => contents.Problems.Count == 0
        ? ""
        : $" Not usable: {string.Join("; ", contents.Problems.GroupBy(problem => problem.File).Select(file => $"{file.Key}: {string.Join(", ", file.Select(problem => problem.Message))}"))}.";
}
