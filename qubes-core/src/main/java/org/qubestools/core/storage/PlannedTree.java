package org.qubestools.core.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the file system is like after the changes that are planned so far, none of which has happened. Who plans the
 * next change asks here and not the disk. Paths are absolute and in normal form.
 */
public final class PlannedTree {
    /** What stands at a path. */
    public enum Kind {
        NOTHING,
        FILE,
        LINK,
        DIRECTORY
    }

    /**
     * Something that a new directory will have in it.
     *
     * @param size of a file in bytes
     * @param content of a small file; null for others
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared and never changed
    public record Item(Kind kind, long size, byte @Nullable [] content) {}

    /**
     * What is known of a path without looking at the disk.
     *
     * @param place where it is until the change is carried out; of nothing, nowhere
     * @param staged it is made by the change, under another name than its own
     * @param closed it is a new directory: what has no node in it is not there
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared and never changed
    record Node(Kind kind, @Nullable Path place, boolean staged, boolean closed, long size, byte @Nullable [] content) {
        static final Node NOTHING = new Node(Kind.NOTHING, null, false, true, 0, null);
    }

    private final Map<Path, Node> nodes = new HashMap<>();

    /** What is on the disk, as nothing is planned. */
    public PlannedTree() {}

    void clear() {
        nodes.clear();
    }

    /** What will stand at {@code path}; links are not followed. */
    public Kind kind(Path path) {
        return at(path).kind();
    }

    public boolean exists(Path path) {
        return kind(path) != Kind.NOTHING;
    }

    /** A file, or a link that leads to one now. */
    public boolean isFile(Path path) {
        Node node = at(path);
        Path target = linked(node);
        return node.kind() == Kind.FILE || (target != null && Files.isRegularFile(target));
    }

    /** A directory, or a link that leads to one now. */
    public boolean isDirectory(Path path) {
        Node node = at(path);
        Path target = linked(node);
        return node.kind() == Kind.DIRECTORY || (target != null && Files.isDirectory(target));
    }

    /** A link of the disk, which can be followed; null for anything else. */
    private static @Nullable Path linked(Node node) {
        return node.kind() == Kind.LINK && !node.staged() ? node.place() : null;
    }

    /** Where what will stand at {@code path} is while new things are prepared; the path itself if that is nowhere. */
    public Path source(Path path) {
        Path place = at(path).place();
        return place == null ? path : place;
    }

    /** The size of a file that will be there, in bytes. */
    public long size(Path file) throws IOException {
        Node node = at(file);
        return node.staged() ? node.size() : Files.size(source(file));
    }

    /** What a planned change writes into the file; null if none does, and what counts is on the disk. */
    public byte @Nullable [] content(Path file) {
        byte[] content = at(file).content();
        return content == null ? null : content.clone();
    }

    /** What is known of a path; looks at the disk for what no change was planned for. */
    Node at(Path path) {
        Node own = nodes.get(path);
        if (own != null) {
            return own;
        }
        for (Path above = path.getParent(); above != null; above = above.getParent()) {
            Node node = nodes.get(above);
            if (node != null) {
                Path place = node.kind() == Kind.DIRECTORY && !node.closed() ? node.place() : null;
                return place == null ? Node.NOTHING : onDisk(place.resolve(above.relativize(path)));
            }
        }
        return onDisk(path);
    }

    private static Node onDisk(Path place) {
        if (Files.isSymbolicLink(place)) {
            return new Node(Kind.LINK, place, false, true, 0, null);
        } else if (Files.isDirectory(place)) {
            return new Node(Kind.DIRECTORY, place, false, false, 0, null);
        }
        return Files.exists(place, LinkOption.NOFOLLOW_LINKS)
                ? new Node(Kind.FILE, place, false, true, 0, null)
                : Node.NOTHING;
    }

    /** True if what is made or removed at {@code path} lies within something that the change itself makes. */
    boolean isWithinStaged(Path path) {
        return at(path.resolveSibling("")).staged();
    }

    /** Where the name {@code path} is until the change is carried out: it may come to lie elsewhere by a rename. */
    Path placeOfName(Path path) {
        Path parent = at(path.resolveSibling("")).place();
        return parent == null ? path : parent.resolve(path.getFileName());
    }

    /**
     * Takes a planned change over.
     *
     * @param staging where it makes what it makes, if that is under another name
     */
    void add(FileChange change, Path staging) {
        Path path = change.path();
        if (change instanceof FileChange.Directory) {
            directories(path);
        } else if (change instanceof FileChange.Create create) {
            nodes.put(path, new Node(Kind.DIRECTORY, staging, true, true, 0, null));
            for (Map.Entry<String, Item> item : create.contents().entrySet()) {
                put(path.resolve(item.getKey()), staging.resolve(item.getKey()), path, staging, item.getValue());
            }
        } else if (change instanceof FileChange.Link) {
            nodes.put(path, new Node(Kind.LINK, placeOfNew(path, staging), true, true, 0, null));
        } else if (change instanceof FileChange.Write write) {
            int size = write.content().length;
            nodes.put(path, new Node(Kind.FILE, placeOfNew(path, staging), true, true, size, write.content()));
        } else if (change instanceof FileChange.Sparse sparse) {
            nodes.put(path, new Node(Kind.FILE, placeOfNew(path, staging), true, true, sparse.size(), null));
        } else if (change instanceof FileChange.Move move) {
            move(path, move.to());
        } else {
            remove(path);
        }
    }

    /** What replaces something that the change itself makes is made in its place. */
    Path placeOfNew(Path path, Path staging) {
        Node before = at(path);
        if (before.staged() && before.place() != null) {
            return before.place();
        }
        return isWithinStaged(path) ? placeOfName(path) : staging;
    }

    private void put(Path path, Path place, Path root, Path staging, Item item) {
        Path parent = path.resolveSibling("");
        if (!parent.equals(root) && !nodes.containsKey(parent)) {
            Path within = staging.resolve(root.relativize(parent));
            nodes.put(parent, new Node(Kind.DIRECTORY, within, true, true, 0, null));
        }
        nodes.put(path, new Node(item.kind(), place, true, true, item.size(), item.content()));
    }

    private void directories(Path path) {
        for (Path missing = path; missing != null && !isDirectory(missing); missing = missing.getParent()) {
            nodes.put(missing, new Node(Kind.DIRECTORY, missing, false, false, 0, null));
        }
    }

    private void remove(Path path) {
        nodes.keySet().removeIf(known -> known.startsWith(path));
        nodes.put(path, Node.NOTHING);
    }

    private void move(Path from, Path to) {
        Map<Path, Node> moved = new HashMap<>();
        for (Map.Entry<Path, Node> known : nodes.entrySet()) {
            if (known.getKey().startsWith(from)) {
                moved.put(to.resolve(from.relativize(known.getKey())), known.getValue());
            }
        }
        moved.putIfAbsent(to, at(from));
        if (isWithinStaged(from)) {
            Path place = placeOfName(to);
            moved.computeIfPresent(
                    to, (path, node) -> new Node(node.kind(), place, true, node.closed(), node.size(), node.content()));
        }
        remove(from);
        remove(to);
        nodes.putAll(moved);
    }
}
