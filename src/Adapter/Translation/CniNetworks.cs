using Bridge.Adapter.Cnm;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Chooses the CNI network of a Docker network: the one that an option names, or the only one that declares its subnet, or the only one on
/// the host. Docker never sends the name of the Docker network.
/// </summary>
internal static class CniNetworks
{
    private const string Option = $"{NetworkOptions.CniNetworkKey}=NAME";

    /// <summary>The networks that can attach a container; the configuration of <c>lo</c>, for example, cannot.</summary>
    public static IReadOnlyList<NetworkConfiguration> Offered(ConfigurationDirectoryContents contents) =>
        [.. contents.Networks.Where(network => MainPlugin.WhyNotAttachable(network) is null)];

    /// <summary>The network of that name; without a name the only one.</summary>
    /// <exception cref="CnmException">There is no such network, none that a container can be on, or more than one to choose
    /// from.</exception>
    public static NetworkConfiguration Choose(ConfigurationDirectoryContents contents, string? name)
    {
        if (name is null)
            return Only(contents)
                ?? throw new CnmException($"more than one CNI network: this host has {Names(contents)}. Choose one with -o {Option}.");

        var network = contents.Find(name) ?? throw new CnmException(
            $"there is no CNI network \"{name}\" on this " +
            $"host.{(Offered(contents).Count > 0 ? $" There is {Names(contents)}." : "")}{Broken(contents)}");
        return MainPlugin.WhyNotAttachable(network) is { } reason
            ? throw new CnmException($"CNI network \"{name}\" ({network.Source}) cannot attach containers: {reason}.")
            : network;
    }

    /// <summary>For the IPAM driver, which gets one pool at a time, and no <c>-o</c> options.</summary>
    /// <param name="contents">The CNI networks.</param>
    /// <param name="name">The value of <c>--ipam-opt</c>; null without one. Compose 2 never sends one.</param>
    /// <param name="pool">The value of <c>--subnet</c>; empty without one.</param>
    /// <exception cref="CnmException">No network matches, or more than one.</exception>
    public static NetworkConfiguration ChooseForPool(ConfigurationDirectoryContents contents, string? name, string? pool)
    {
        if (name is not null)
            return Choose(contents, name);

        if (Only(contents) is { } only)
            return only;

        if (string.IsNullOrEmpty(pool))
        {
            throw new CnmException(
                $"more than one CNI network: this host has {WithSubnets(contents)}. Choose one with --ipam-opt {Option}, because Docker " +
                "does not pass -o to an IPAM driver, or with the IPv4 --subnet of one of them (in a compose file: ipam.config.subnet).");
        }

        return Declaring(contents, pool) switch
        {
            [var one] => one,
            [] => throw new CnmException(
                $"no CNI network of this host declares subnet {pool}: it has {WithSubnets(contents)}. " +
                $"Use one of these subnets, or choose the network with --ipam-opt {Option}."),
            var several => throw new CnmException(
                $"more than one CNI network declares subnet {pool}: " +
                $"{string.Join(" and ", several.Select(network => $"\"{network.Name}\""))}. " +
                $"Choose one with --ipam-opt {Option}. Docker Compose 2 drops ipam.options: with Compose, create the network first " +
                $"(for example cnm-cni networks create {several[0].Name}), and declare it as external in the compose file."),
        };
    }

    /// <returns>The networks that declare the pool as a subnet.</returns>
    public static IReadOnlyList<NetworkConfiguration> Declaring(ConfigurationDirectoryContents contents, string pool) =>
        CniSubnet.ReadSubnet(pool) is { } wanted
        ? [.. Offered(contents).Where(network => CniSubnet.Pools(network).Any(subnet => subnet.Subnet.Equals(wanted)))]
        : [];

    /// <returns>The name of the only network that declares all of the pools; null without one, or with several.</returns>
    public static string? OnlyDeclaring(ConfigurationDirectoryContents contents, IReadOnlyList<string> pools) => pools.Count > 0
        && Offered(contents).Where(network => pools.All(pool => Declaring(contents, pool).Contains(network))).ToArray() is [var one]
            ? one.Name
            : null;

    // Null: there are several.
    private static NetworkConfiguration? Only(ConfigurationDirectoryContents contents) => Offered(contents) switch
    {
        [] => throw new CnmException(
            $"there is no CNI network on this host.{Broken(contents)} Put a .conflist file into the CNI configuration directory " +
            "(`cnm-cni networks` shows which)."),
        [var only] => only,
        _ => null,
    };

    private static string Names(ConfigurationDirectoryContents contents) =>
        string.Join(", ", Offered(contents).Select(network => $"\"{network.Name}\""));

    private static string WithSubnets(ConfigurationDirectoryContents contents) => string.Join(", ", Offered(contents).Select(network =>
        CniSubnet.Of(network) is { Count: > 0 } subnets
            ? $"\"{network.Name}\" ({string.Join(", ", subnets.Select(subnet => subnet.Subnet))})" : $"\"{network.Name}\""));

    private static string Broken(ConfigurationDirectoryContents contents) => contents.Problems.Count == 0
        ? ""
        : " Not usable: " + string.Join("; ", contents.Problems.GroupBy(problem => problem.File)
            .Select(file => $"{file.Key}: {string.Join(", ", file.Select(problem => problem.Message))}")) + ".";
}
