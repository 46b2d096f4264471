using Bridge.Adapter.Cnm;
using CniInvoker;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Which CNI network a Docker network stands for: the one it names, or the only one there is. Docker never tells a driver the network's
/// own name.
/// </summary>
internal static class CniNetworks
{
    /// <exception cref="CnmException">There is no such network, or more than one to choose from.</exception>
    public static NetworkConfiguration Choose(ConfigurationDirectoryContents contents, string? name)
    {
        if (name is null)
        {
            return contents.Networks.Count == 1
                ? contents.Networks[0]
                : throw new CnmException(contents.Networks.Count == 0
                    ? $"there is no CNI network on this host.{Broken(contents)} Put a .conflist file into the CNI configuration directory (`cnm-cni settings` shows which)."
                    : $"which CNI network? This host has {Names(contents)}. Say it with -o {NetworkOptions.CniNetworkKey}=NAME.");
        }

        return contents.Find(name) ?? throw new CnmException(
            $"there is no CNI network \"{name}\" on this host.{(contents.Networks.Count > 0 ? $" There is {Names(contents)}." : "")}{Broken(contents)}");
    }

    private static string Names(ConfigurationDirectoryContents contents) => string.Join(", ", contents.Networks.Select(network => $"\"{network.Name}\""));

    private static string Broken(ConfigurationDirectoryContents contents) => contents.Problems.Count == 0
        ? ""
        : $" Not usable: {string.Join("; ", contents.Problems.GroupBy(problem => problem.File).Select(file => $"{file.Key}: {string.Join(", ", file.Select(problem => problem.Message))}"))}.";
}
