namespace CniInvoker;

/// <summary>What a configuration directory holds at one moment.</summary>
/// <param name="Networks">The usable networks in the byte-wise order of their file names; no two with the same name.</param>
/// <param name="Problems">Why files are not used; every mistake in each of them.</param>
public sealed record ConfigurationDirectoryContents(
    IReadOnlyList<NetworkConfiguration> Networks, IReadOnlyList<ConfigurationProblem> Problems)
{
    /// <summary>What is odd about the networks but does not keep them from being used.</summary>
    public IEnumerable<ConfigurationProblem> Warnings => Networks.SelectMany(network => network.Warnings).Concat(FileWarnings);

    /// <summary>What everybody may write to, and what is not read although it looks as if it should be.</summary>
    internal IReadOnlyList<ConfigurationProblem> FileWarnings { get; init; } = [];

    /// <summary>The network of that name, or null.</summary>
    public NetworkConfiguration? Find(string name) => Networks.FirstOrDefault(network => network.Name == name);
}
