using Bridge.Adapter.Sandboxes.Native;

namespace Bridge.Adapter.Service;

/// <summary>A directory whose files decide what the driver does as root, and may carry the secrets of a CNI configuration: nobody else's to read or to write.</summary>
internal static class PrivateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes it, or takes from others the rights that they have in it. What is in it stays as it is.</summary>
    /// <exception cref="ServiceException">It is somebody else's, who could have put anything there; or it cannot be one.</exception>
    public static void Prepare(string path)
    {
        try
        {
            Make(path);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"{path} cannot be used as a directory of cnm-cni's: {FileWords.Of(unusable)}", unusable);
        }
    }

    private static void Make(string path)
    {
        if (LibC.KindOf(path) is { } kind and not (FileKind.Directory or FileKind.Link))
        {
            throw new IOException($"it is a {kind.Text()}");
        }

        Directory.CreateDirectory(path, OwnerOnly);
        using var directory = LibC.OpenDirectory(path);
        var (owner, self) = (LibC.Owner(directory), LibC.EffectiveUser());
        if (owner != self)
        {
            throw new ServiceException(
                $"{path} belongs to user {owner}, and cnm-cni runs as user {self}. Whoever owns it decides what cnm-cni does; " +
                $"look at what is in it, then give it to the right user (chown -R {self} {path}) or remove it.");
        }

        if (File.GetUnixFileMode(directory) != OwnerOnly)
        {
            File.SetUnixFileMode(directory, OwnerOnly);
        }
    }
}
