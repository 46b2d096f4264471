namespace CniInvoker;

/// <summary>What a configuration directory holds at one moment.</summary>
/// <param name="Networks">The usable networks in the byte-wise order of their file names; no two with the same name.</param>
/// <param name="Problems">The files that are not used, and why.</param>
public sealed record ConfigurationDirectoryContents(
    IReadOnlyList<NetworkConfiguration> Networks, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <summary>The network of that name, or null.</summary>
    public NetworkConfiguration? Find(string name) => Networks.FirstOrDefault(network => network.Name == name);
}
