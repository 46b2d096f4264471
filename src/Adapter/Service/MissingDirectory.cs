using CniInvoker;

namespace Bridge.Adapter.Service;

/// <summary>Makes directories, or says which of them cannot be made.</summary>
internal static class MissingDirectory
{
    /// <summary>Who may do what in a directory that nobody else has business in.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>As mkdir makes what leads to it.</summary>
    public const UnixFileMode Open = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;


    /// <param name="path">Is made for its owner alone.</param>
    /// <param name="parents">The rights in those that are missing above it.</param>
    /// <exception cref="ServiceException">It cannot be made.</exception>
    public static void Make(string path, UnixFileMode parents) => Make(path, OwnerOnly, parents);

    private static void Make(string path, UnixFileMode rights, UnixFileMode parents)
    {
        if (Directory.Exists(path))
            return;

        if (Path.GetDirectoryName(path) is { } parent)
            Make(parent, parents, parents);

        try
        {
            Directory.CreateDirectory(path, rights);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"the directory {path} cannot be made: {Words(path, refused)}", refused);
        }
    }

    /// <summary>What is wrong with a link that leads to no directory.</summary>
    public static string WordsForLink(string path)
    {
        var target = new DirectoryInfo(path).LinkTarget;
        try
        {
            using var file = LibC.TryOpen(path);
            return file is null ? $"it is a link to {target}, where there is nothing" : $"it is a link to {target}, which is no directory";
        }
        catch (KernelException refused)
        {
            return refused.Errno == Errno.ELOOP ? $"it is a link to {target}, which leads back to itself" : refused.Message;
        }
    }

    private static string Words(string path, Exception refused) => LibC.KindOf(path) switch
    {
        FileKind.Link => WordsForLink(path),
        { } kind => $"there is a {kind.Text()}",
        null => CniInvoker.ErrorText.Of(refused),
    };
}
